//! Additional items by meaning: those of the standard (2013 table 27, 2019 table 27), of its supplements, and those
//! of makers whose layout is known. An id means different things to different makers; the length decides.

mod groups;
mod places;
mod power;
mod radio;
mod safety;
mod sensors;
mod table;
mod vehicle;

pub use groups::*;
pub use places::*;
pub use power::*;
pub use radio::*;
pub use safety::*;
pub use sensors::*;
pub use table::ItemRow;
pub use vehicle::*;

use crate::jt808::edition::Edition;
use crate::jt808::part::{Items, Octets, Scaled, Text};

// id lengths Variant(Type) "name" "中文名";
// The first row whose id and length match and whose type takes all bytes is the meaning.
table::items! {
    // JT/T 808
    0x01 (4) Odometer(Scaled<u32, 10>) "odometer_km" "里程";
    0x02 (2) Fuel(FuelLevel) "fuel_l" "油量";
    0x03 (2) RecorderSpeed(Scaled<u16, 10>) "recorder_speed_kmh" "行驶记录功能获取的速度";
    0x04 (2) AlarmToConfirm(u16) "alarm_to_confirm" "需要人工确认报警事件的ID";
    0x05 (30) TyrePressures(Items<u8>) "tyre_pressures" "车辆胎压";
    0x06 (2) CabinTemperature(Temperature) "cabin_temperature_degc" "车厢温度";
    0x06 (1) BatteryOf06(u8) "battery_percent" "电池电量";
    0x11 (1 | 5) OverspeedPlace(OverspeedPlaceItem) "overspeed_place" "超速报警附加信息";
    0x12 (6) AreaCrossing(AreaCrossingItem) "area_crossing" "进出区域/路线报警附加信息";
    0x13 (7) SectionTime(SectionTimeItem) "section_time" "路段行驶时间不足/过长报警附加信息";
    0x25 (4) VehicleSignals(VehicleSignalBits) "vehicle_signals" "扩展车辆信号状态位";
    0x2A (2) Io(IoBits) "io" "IO状态位";
    0x2B (4) Analogue(AnalogueItem) "analogue" "模拟量";
    0x30 (1) Signal(u8) "signal" "无线通信网络信号强度";
    0x31 (1) Satellites(u8) "satellites" "GNSS定位卫星数";
    // JT/T 1078
    0x14 (4) VideoAlarms(VideoAlarmBits) "video_alarms" "视频相关报警";
    0x15 (4) VideoLost(Channels) "video_lost" "视频信号丢失报警状态";
    0x16 (4) VideoBlocked(Channels) "video_blocked" "视频信号遮挡报警状态";
    0x17 (2) StorageFaults(Channels16) "storage_faults" "存储器故障报警状态";
    0x18 (2 | 3) AbnormalDriving(AbnormalDrivingItem) "abnormal_driving" "异常驾驶行为报警详细描述";
    // T/JSATL 12 (labels of 16 bytes) and T/GDRTA 002 (40 bytes)
    0x64 (47 | 71) Adas(AdasAlarm<'a>) "adas" "高级驾驶辅助系统报警信息";
    0x65 (47 | 71) DriverMonitoring(DriverMonitoringAlarm<'a>) "driver_monitoring" "驾驶员状态监测系统报警信息";
    0x66 (41..) TyreMonitoring(TyreAlarm<'a>) "tyre_monitoring" "胎压监测系统报警信息";
    0x67 (41 | 65) BlindSpot(BlindSpotAlarm<'a>) "blind_spot" "盲区监测系统报警信息";
    // makers
    0x33 (1) Mode(u8) "mode" "模式";
    0x33 (2..) LockStatus(Text<'a>) "lock_status" "锁状态";
    0x51 (2) ProbeTemperature(Temperature10) "temperature_degc" "温度";
    0x51 (16) ProbeTemperatures(Items<Temperature10>) "temperatures_degc" "温度";
    0x52 (1) Drum(DrumRotation) "drum" "正反转";
    0x53 (1..) GsmCells(CellList<GsmCell>) "gsm_cells" "2G基站";
    0x54 (1..) AccessPoints(CountedAccessPoints) "access_points" "WIFI";
    0x56 (2) BatteryLevel(BatteryLevelItem) "battery_level" "电池电量";
    0x57 (8) HarshDriving(HarshDrivingItem) "harsh_driving" "急驾驶报警";
    0x58 (2..) Humidities(Items<Humidity>) "humidities_percent" "湿度";
    0x5D (1..) LteCells(CellList<LteCell>) "lte_cells" "4G基站";
    0x61 (2) ExternalVoltage(Scaled<u16, 100>) "external_v" "外部电压";
    0x68 (2) BatteryOf68(Scaled<u16, 100>) "battery_percent" "电池电量";
    0x69 (2) BatteryVoltage(Scaled<u16, 100>) "battery_v" "电池电压";
    0x70 (6..) HarshEvent(HarshEventItem<'a>) "harsh_event" "激烈驾驶报警";
    0x77 (8..) Tyres(Items<TyreReading>) "tyres" "胎压";
    0x80 (3..) Obd(ObdItem<'a>) "obd" "OBD数据";
    0x82 (2) VoltageOf82(Scaled<u16, 10>) "external_v" "外部电压";
    0x94 (17) Vin(Text<'a>) "vin" "车架号";
    0xAC (4) OdometerMetres(u32) "odometer_m" "里程";
    0xBC (1..) DriverName(Text<'a>) "driver_name" "驾驶员姓名";
    0xBD (1..) DriverId(Text<'a>) "driver_id" "驾驶员编号";
    0xD0 (4) UserStatus(UserStatusBits) "user_status" "用户状态";
    0xD3 (2) VoltageOfD3(Scaled<u16, 10>) "external_v" "外部电压";
    0xD4 (1) BatteryOfD4(ChargeLevel) "battery_percent" "电池电量";
    0xD4 (4) DriverOfD4(u32) "driver_number" "驾驶员编号";
    0xD5 (2) BatteryVoltageOfD5(Scaled<u16, 100>) "battery_v" "电池电压";
    0xE1 (1) BatteryOfE1(ChargeLevel) "battery_percent" "电池电量";
    0xE1 (2) VoltageOfE1(Scaled<u16, 10>) "external_v" "外部电压";
    0xE1 (10..) OperatorCells(OperatorCellsItem) "cells" "基站";
    0xE2 (4) FuelOfE2(Scaled<u32, 10>) "fuel_l" "油量";
    0xE2 (5..) FirmwareOfE2(Text<'a>) "firmware" "固件版本";
    0xE3 (4 | 6) BatteryOfE3(BatteryOfE3Item<'a>) "battery" "电池";
    0xE4 (2) BatteryOfE4(BatteryOfE4Item) "battery" "电池";
    0xE5 (1) Motion(u8) "motion" "运动状态";
    0xE6 (11 | 22 | 33 | 44) Beacons(Items<BeaconReading>) "beacons" "蓝牙传感器";
    0xE6 (1..) TextOfE6(Text<'a>) "text" "文本";
    0xE7 (8) AlarmsOfE7(AlarmsOfE7Item) "extra_alarms" "扩展报警";
    0xE8 (3..) JimiGroups(Items<WideGroup<'a>>) "groups" "扩展信息";
    0xE9 (1) BatteryOfE9(ChargeLevel) "battery_percent" "电池电量";
    0xE9 (4) DriverOfE9(u32) "driver_number" "驾驶员编号";
    0xEA (3..) BaseGroups(Items<WideGroup<'a>>) "base_data" "基础数据";
    0xEA (4..) NumberedGroups(NumberedGroupsItem<'a>) "groups" "扩展信息";
    0xEB (4..) LongGroups(Items<LongGroup<'a>>) "groups" "扩展信息";
    0xEB (3..) ObdGroups(Items<WideGroup<'a>>) "car_obd" "轿车OBD数据";
    0xEB (8..) CodedCells(CodedCellsItem) "cells" "基站";
    0xEC (7 | 14 | 21 | 28 | 35 | 42) AccessPointsOfEc(Items<AccessPoint>) "access_points" "WIFI";
    0xEC (3..) TruckGroups(Items<WideGroup<'a>>) "truck_obd" "货车OBD数据";
    0xED (3..) ElectricGroups(Items<WideGroup<'a>>) "electric_obd" "新能源OBD数据";
    0xED (1..) Card(Text<'a>) "card" "卡号";
    0xEE (6) Supply(SupplyItem) "supply" "电源";
    0xEE (3..) PeripheralGroups(Items<WideGroup<'a>>) "peripherals" "外设数据";
    0xF0 (13 | 26 | 39 | 52 | 65 | 78) WideCells(Items<WideCell>) "cells" "基站";
    0xF1 (4) SupplyMillivolts(u32) "external_mv" "外部电压";
    0xF1 (20) Iccid(Text<'a>) "iccid" "ICCID";
    0xF2 (1..) Firmware(Text<'a>) "firmware" "固件版本";
    0xF3 (1) Armed(u8) "armed" "设防状态";
    0xF3 (3..) ObdOfF3(Items<WideGroup<'a>>) "obd" "OBD数据";
    0xF4 (2) DrivingEvents(DrivingEventBits) "driving_events" "驾驶事件";
    0xF4 (7 | 14 | 21 | 28 | 35 | 42) AccessPointsOfF4(Items<AccessPoint>) "access_points" "WIFI";
    0xF5 (6) Axes(AxesItem) "axes" "三轴加速度";
    0xF6 (1) WorkMode(u8) "work_mode" "工作模式";
    0xF6 (8) Imei(Octets<8>) "imei" "IMEI";
    0xF7 (2) HumidityOfF7(u16) "humidity_raw" "湿度";
    0xF7 (6) BatteryOfF7(BatteryOfF7Item) "battery" "电池";
    0xFA (4) AlarmsOfFa(AlarmsOfFaBits) "extra_alarms" "扩展报警";
    0xFA (3..) AlarmGroups(Items<WideGroup<'a>>) "alarm_groups" "报警数据";
    0xFB (4) BatteryOfFb(BatteryOfFbItem) "battery" "电池";
    0xFB (6..) StationText(StationTextItem<'a>) "stations" "基站数据";
    0xFC (1) Fence(u8) "fence" "围栏编号";
    0xFC (2..) AccessPointText(AccessPointTextItem<'a>) "access_point_text" "WIFI数据";
    0xFE (1) BatteryOfFe(u8) "battery_percent" "电池电量";
    0xFE (2) VoltageOfFe(Scaled<u16, 10>) "external_v" "外部电压";
    0xFE (4) OdometerOfFe(u32) "odometer_m" "里程";
}

impl<'a> ItemValue<'a> {
    /// The value as one number, text or set of names; [`crate::Value::Parts`] where it has several.
    #[must_use]
    pub fn value(&self, raw: &'a [u8]) -> crate::Value {
        self.show(raw, 0).value
    }

    /// The edition whose label of alarms the value has.
    fn label(&self) -> Edition {
        let long = match self {
            Self::Adas(alarm) => alarm.label.terminal_id.0.len() > 7,
            Self::DriverMonitoring(alarm) => alarm.label.terminal_id.0.len() > 7,
            Self::TyreMonitoring(alarm) => alarm.label.terminal_id.0.len() > 7,
            Self::BlindSpot(alarm) => alarm.label.terminal_id.0.len() > 7,
            _ => false,
        };
        if long { Edition::V2019 } else { Edition::V2013 }
    }
}

/// The edition whose label of alarms fits: T/GDRTA 002 goes with 2019, T/JSATL 12 with 2013.
fn label_edition(id: u8, value: &[u8]) -> Edition {
    let tyres = |at: usize, width: usize| {
        let count = value.get(at).map_or(0, |count| usize::from(*count));
        count.saturating_mul(width).saturating_add(at).saturating_add(1) == value.len()
    };
    match (id, value.len()) {
        (0x64 | 0x65, 71) | (0x67, 65) => Edition::V2019,
        (0x66, _) if !tyres(40, 9) && tyres(64, 10) => Edition::V2019,
        _ => Edition::V2013,
    }
}
