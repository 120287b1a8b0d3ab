//! Every message of the family, both directions. A message is one file and one line in the table below: the file
//! describes the content with `layout!`, the line says when a frame is this message and what it is called.
//!
//! Numbers are used again by other makers with other contents, so a row is chosen by number, kind of frame, length and,
//! where those do not decide, by the device's [`Model`]. Lengths here are those of the content: the length byte less 5.

mod any_cells;
mod read;
mod row;
mod table;

pub use login::ZoneLanguage;
pub use read::Decoded;
pub use row::{Answer, Answering, Direction, Row, Unknown};

use super::frame::{Form, Frame};
use super::model::Model;
use super::part::{Facts, Part, Walk};
use crate::Field;
use read::fields_of;
use table::{answering, direction, form, messages};

messages! {
    mod position {
        0x12 short up silent Location(Location) "location" "定位数据" |c, _| matches!(c.len(), 26 | 27);
        0x22 short up silent LocationUtc(LocationUtc) "location_utc" "UTC定位数据" |c, _| matches!(c.len(), 29 | 30 | 33 | 34);
    }
    mod position_tail {
        0x12 short up silent LocationMask(LocationMask) "location" "定位数据" |c, _| matches!(c.len(), 28);
        0x12 short up silent LocationOdometer(LocationOdometer) "location" "定位数据" |c, _| matches!(c.len(), 30);
        0x12 short up silent LocationVxt(LocationVxt) "location" "定位数据" |c, _| matches!(c.len(), 31);
        0x12 short up silent LocationImei(LocationImei) "location" "定位数据" |c, _| c.len() == 34 && c.first().is_some_and(|first| *first < 0x10);
        0x12 short up silent LocationS5(LocationS5) "location" "定位数据" |c, _| matches!(c.len(), 38);
        0x12 short up silent LocationCardReader(LocationCardReader<'a>) "location" "定位数据" |c, _| matches!(c.len(), 108..);
        0x12 short up silent LocationCard(LocationCard<'a>) "location" "定位数据" |c, _| matches!(c.len(), 35..=60);
    }
    {
        0x12 short up silent LocationTail(Location) "location" "定位数据" |_, _| true;
        0x10 short up silent LocationPlain(LocationPlain) "location_plain" "GPS定位数据" |c, _| matches!(c.len(), 18 | 20);
        0x11 short up silent LocationWideCell(LocationWideCell) "location_wide_cell" "定位数据" |c, _| matches!(c.len(), 28);
        0x2D short up silent LocationOther(LocationUtc) "location_utc" "定位数据" |_, _| true;
        0xA0 short up silent Location4g(Location4g) "location_4g" "4G定位数据" |_, _| true;
    }
    mod position_brand {
        0x22 short up silent LocationSeeworld(LocationSeeworld) "location_utc" "UTC定位数据" |c, _| matches!(c.len(), 42);
        0x22 short up silent LocationNt(LocationNt<'a>) "location_utc" "UTC定位数据" |c, _| matches!(c.len(), 55);
        0x25 short up silent LocationDriver(LocationDriver<'a>) "location_driver" "定位数据与驾驶员" |_, _| true;
        0x31 short up silent LocationSl4x(LocationSl4x) "location_altitude" "定位数据与海拔" |c, _| matches!(c.len(), 37);
        0x31 short up silent LocationAltitude(LocationAltitude) "location_altitude" "定位数据与海拔" |c, _| matches!(c.len(), 31);
        0x31 short up silent LocationOdometerAltitude(LocationOdometerAltitude) "location_altitude" "定位数据与海拔" |c, _| matches!(c.len(), 35);
        0x32 short up silent StatusSl4x(StatusSl4x<'a>) "location_status" "定位数据与状态" |c, _| matches!(c.len(), 34 | 36);
        0x34 short up silent LocationX1(LocationX1) "location_ports" "定位数据与端口" |c, _| matches!(c.len(), 51..);
        0xA2 short up silent LocationLw(LocationLw) "location_4g_status" "4G定位数据与状态" |c, _| matches!(c.len(), 59);
        0x17 short up silent LocationRfid(LocationRfid) "location_rfid" "定位数据与RFID" |c, _| matches!(c.len(), 35);
        0x36 short up silent LocationTrx(LocationTrx) "location_rfid" "定位数据与RFID" |c, _| matches!(c.len(), 48);
        0x61 short up silent LocationKey(LocationKey) "location_key" "定位数据与iButton" |_, _| true;
        0x1E short up silent LocationCells(LocationCells) "location_cells" "定位数据与多基站" |_, _| true;
        0x24 short up silent LocationSr411(LocationSr411<'a>) "location" "定位数据" |c, _| matches!(c.len(), 41);
    }
    {
        0x22 short up silent LocationUtcTail(LocationUtc) "location_utc" "UTC定位数据" |_, _| true;
    }
    mod modular {
        0x37 short up silent LocationModules(LocationModules<'a>) "location_modules" "定位数据与模块" |_, _| true;
        0x38 long up empty LocationRadioModules(LocationRadioModules<'a>) "location_radio_modules" "定位数据与模块" |_, _| true;
        0x38 short up empty LocationRadioModulesShort(LocationRadioModules<'a>) "location_radio_modules" "定位数据与模块" |_, _| true;
        0x36 short up empty HeartbeatModules(HeartbeatModules<'a>) "heartbeat_modules" "心跳与模块" |c, _| c.len() != 10 || c.get(7) == Some(&2);
        0x70 long up short Modular(Modular<'a>) "modular" "模块化数据" |_, _| true;
        0x39 short up alarm AlarmModules(AlarmModules<'a>) "alarm_modules" "报警数据与模块" |_, _| true;
        0x39 long up alarm AlarmModulesLong(AlarmModules<'a>) "alarm_modules" "报警数据与模块" |_, _| true;
    }
    mod az735 {
        0x32 long up empty LocationAz735(LocationAz735<'a>) "location_blocks" "定位数据" |_, _| true;
        0x33 long up empty LocationAz735Other(LocationAz735<'a>) "location_blocks" "定位数据" |_, _| true;
    }
    mod heartbeat {
        0x13 short up empty HeartbeatLw(HeartbeatLw) "heartbeat" "心跳" |c, m| c.len() == 5 && m == Model::Lw;
        0x13 short up empty HeartbeatR11(HeartbeatR11) "heartbeat" "心跳" |c, m| c.len() == 5 && m == Model::R11;
        0x13 short up empty HeartbeatSeeworld(HeartbeatSeeworld) "heartbeat" "心跳" |c, m| c.len() == 5 && m == Model::Seeworld;
        0x13 short up empty Heartbeat(Heartbeat) "heartbeat" "心跳" |c, _| matches!(c.len(), 5);
        0x13 short up empty HeartbeatExtra(HeartbeatExtra) "heartbeat" "心跳" |c, _| matches!(c.len(), 6);
        0x13 short up empty HeartbeatObd(HeartbeatObd) "heartbeat" "心跳" |c, _| matches!(c.len(), 12 | 14);
        0x13 short up empty HeartbeatTemperature(HeartbeatTemperature) "heartbeat" "心跳" |c, _| matches!(c.len(), 16);
        0x13 short up empty HeartbeatTail(Heartbeat) "heartbeat" "心跳" |_, _| true;
        0x23 short up empty HeartbeatVoltage(HeartbeatVoltage) "heartbeat_voltage" "心跳" |_, _| true;
    }
    mod login {
        0x01 short up empty Login(Login) "login" "登录" |_, _| true;
    }
    mod alarm {
        0x16 short up alarm AlarmVxt(AlarmVxt) "alarm" "报警数据" |c, _| c.len() == 31 && !states_levels(c);
        0x16 short up alarm AlarmBare(AlarmBare) "alarm" "报警数据" |c, _| matches!(c.len(), 31);
        0x16 short up alarm AlarmSeeworld(AlarmSeeworld) "alarm" "报警数据" |c, _| c.len() == 33 && c.get(18) == Some(&9);
        0x16 short up alarm AlarmRfid(AlarmRfid<'a>) "alarm" "报警数据" |c, _| matches!(c.len(), 40);
        0x16 short up alarm AlarmLocal(AlarmReport<'a>) "alarm" "报警数据" |_, _| true;
        0x26 short up alarm AlarmUtc(AlarmReport<'a>) "alarm_utc" "UTC报警数据" |_, _| true;
        0x27 short up alarm AlarmFence(FenceAlarm<'a>) "alarm_multi_fence" "多围栏报警数据" |_, _| true;
        0xA4 short up alarm AlarmFence4g(FenceAlarm<'a>) "alarm_multi_fence_4g" "4G多围栏报警数据" |_, _| true;
        0x19 short up alarm AlarmCell(AlarmCell) "alarm_cell" "LBS报警数据" |c, _| matches!(c.len(), 13 | 14);
        0xA5 short up alarm AlarmCell4g(AlarmCell4g) "alarm_cell_4g" "4G LBS报警数据" |_, _| true;
        0xA3 short up alarm StepStatus(StepStatus<'a>) "step_status" "状态与步数" |c, _| matches!(c.len(), 13..=24);
        0xA3 short up alarm AlarmOneFence(AlarmOneFence) "alarm_fence" "围栏报警数据" |c, _| matches!(c.len(), 25..);
        0xA9 short up alarm AlarmWifi(AlarmWifi<'a>) "alarm_wifi" "WIFI报警数据" |_, _| true;
    }
    mod camera {
        0x95 short up alarm CameraReport(CameraReport<'a>) "camera_event" "摄像头事件" |c, _| c.starts_with(&[0xFF, 0xFF]);
        0x95 short up alarm CameraEvent(CameraEvent) "camera_event" "摄像头事件" |c, _| matches!(c.len(), 7..=9);
        0x95 short up alarm CameraEventFiles(CameraEventFiles<'a>) "camera_event" "摄像头事件" |_, _| true;
    }
    mod cells {
        0x18 short up silent CellReport(CellReport) "cells" "多基站数据" |_, _| true;
        0x28 short up silent CellReportUtc(CellReport) "cells_utc" "UTC多基站数据" |_, _| true;
        0x24 short up silent CellsCounted(CellsCounted<'a>) "cells" "多基站数据" |c, _| matches!(c.len(), 44);
        0x24 short up silent CellReportOther(CellReport) "cells" "多基站数据" |_, _| true;
        0x2E short up silent CellReportThird(CellReport) "cells" "多基站数据" |_, _| true;
        0xA1 short up silent CellReport4g(CellReport4g) "cells_4g" "4G多基站数据" |_, _| true;
        0x19 short up silent CellsSome(CellsSome) "cells" "多基站数据" |c, _| matches!(c.len(), 18..);
        0x11 short up silent CellOnly(CellOnly) "cell" "LBS数据" |c, _| matches!(c.len(), 14 | 15);
        0x34 short up silent CellListSl4x(CellListSl4x<'a>) "cells" "多基站数据" |c, _| matches!(c.len(), 50);
    }
    mod wifi {
        0x2C short up silent WifiReport(WifiReport<'a>) "wifi" "WIFI数据" |c, _| counted(c, 6);
        0x2C short up silent WifiNamedReport(WifiNamedReport<'a>) "wifi" "WIFI数据" |_, _| true;
        0xA2 short up silent WifiReport4g(WifiReport4g<'a>) "wifi_4g" "4G WIFI数据" |_, _| true;
        0x33 short up silent WifiWideReportBare(WifiWideReportBare<'a>) "wifi" "WIFI数据" |c, _| c.len().checked_rem(7) == Some(3);
        0x33 short up silent WifiWideReport(WifiWideReport<'a>) "wifi" "WIFI数据" |_, _| true;
        0xF3 short up silent WifiOnly(WifiOnly<'a>) "wifi" "WIFI数据" |_, _| true;
    }
    mod clock {
        0x8A short up clock TimeRequest(Empty) "time_request" "校时请求" |c, _| c.is_empty();
        0x8A short down silent TimeAnswer(TimeAnswer) "time_answer" "校时应答" |_, _| true;
        0x1F short down silent UnixTimeAnswer(UnixTimeAnswer) "unix_time_answer" "校时应答" |c, _| matches!(c.len(), 6);
        0x1F short up unix_clock UnixTimeRequest(UnixTimeRequest<'a>) "unix_time_request" "校时请求" |c, _| matches!(c.len(), 1..);
    }
    mod command {
        0x80 short down silent Command(Command<'a>) "command" "在线指令" |_, _| true;
        0x15 short up silent CommandAnswerBare(CommandAnswerBare<'a>) "command_answer_old" "指令回复" |c, _| matches!(c.first(), Some(0..4));
        0x15 short up silent CommandAnswerOld(Command<'a>) "command_answer_old" "指令回复" |_, _| true;
        0x21 long up silent CommandAnswer(CommandAnswer<'a>) "command_answer" "指令回复" |_, _| true;
        0x81 long up silent OtherAnswer(OtherAnswer<'a>) "text_answer" "文本回复" |c, _| matches!(c.len(), 1..);
        0x82 long up silent OtherAnswerSecond(OtherAnswer<'a>) "text_answer" "文本回复" |c, _| matches!(c.len(), 1..);
        0x81 short up silent OtherAnswerShort(OtherAnswer<'a>) "text_answer" "文本回复" |c, _| matches!(c.len(), 1..);
        0x82 short up silent OtherAnswerSecondShort(OtherAnswer<'a>) "text_answer" "文本回复" |c, _| matches!(c.len(), 1..);
    }
    mod address {
        0x1A short up address AddressRequest(AddressRequest) "address_request" "地址请求" |c, _| matches!(c.len(), 41);
        0x2A short up address AddressRequestUtc(AddressRequest) "address_request_utc" "UTC地址请求" |c, _| matches!(c.len(), 41);
        0xA7 short up address AddressRequestCell4g(AddressRequestCell4g) "address_request_cell" "4G LBS地址请求" |_, _| true;
        0x17 short down silent AddressAnswerChinese(AddressAnswer<'a>) "address_answer_chinese" "中文地址应答" |c, _| c.ends_with(b"##");
        0x17 short up address AddressRequestCell(AddressRequestCell) "address_request_cell" "LBS地址请求" |c, _| matches!(c.len(), 31);
        0x97 long down silent AddressAnswerLong(AddressAnswerLong<'a>) "address_answer_english" "英文地址应答" |_, _| true;
        0x97 short down silent AddressAnswerShort(AddressAnswer<'a>) "address_answer_english" "英文地址应答" |_, _| true;
    }
    mod information {
        0x94 short up silent SupplyShort(SupplyShort) "information" "信息传输" |_, _| true;
        0x94 long up silent Supply(Supply) "information" "信息传输" |c, _| c.first() == Some(&0x00);
        0x94 long up silent SettingsText(SettingsText<'a>) "information" "信息传输" |c, _| c.first() == Some(&0x04);
        0x94 long up silent Door(Door) "information" "信息传输" |c, _| c.first() == Some(&0x05) && c.len() == 2;
        0x94 long up silent DoorAt(DoorAt) "information" "信息传输" |c, _| c.first() == Some(&0x05);
        0x94 long up silent SelfCheck(SelfCheck<'a>) "information" "信息传输" |c, _| c.first() == Some(&0x08);
        0x94 long up silent Satellites(Satellites<'a>) "information" "信息传输" |c, _| c.first() == Some(&0x09);
        0x94 long up silent Identity(Identity) "information" "信息传输" |c, _| c.first() == Some(&0x0A);
        0x94 long up silent Network(Network) "information" "信息传输" |c, _| c.first() == Some(&0x0B) && c.len() == 2;
        0x94 long up silent NetworkVoltage(Supply) "information" "信息传输" |c, _| c.first() == Some(&0x0B);
        0x94 long up silent FuelSensor(FuelSensor<'a>) "information" "信息传输" |c, _| c.starts_with(b"\x0D!");
        0x94 long up silent FuelSensorAt(FuelSensorAt<'a>) "information" "信息传输" |c, _| c.first() == Some(&0x0D);
        0x94 long up silent Card(Card) "information" "信息传输" |c, _| c.first() == Some(&0x1B) && c.len() == 9;
        0x94 long up silent CardText(CardText<'a>) "information" "信息传输" |c, _| c.first() == Some(&0x1B);
        0x94 long up silent Climate(Climate) "information" "信息传输" |c, _| c.first() == Some(&0x1E);
        0x94 long up silent OtherInformation(OtherInformation<'a>) "information" "信息传输" |c, _| matches!(c.len(), 1..);
    }
    mod media {
        0x35 short up silent PhotoInfoShort(PhotoInfo) "photo_info" "照片信息" |_, _| true;
        0x35 long up silent PhotoInfo(PhotoInfo) "photo_info" "照片信息" |_, _| true;
        0x36 short down silent PhotoRequestShort(PhotoRequest) "photo_request" "照片请求" |c, _| matches!(c.len(), 10);
        0x36 long down silent PhotoRequest(PhotoRequest) "photo_request" "照片请求" |c, _| matches!(c.len(), 10);
        0x36 long up silent PhotoData(PhotoData<'a>) "photo_data" "照片数据" |_, _| true;
        0x41 long up empty Media(Media<'a>) "media" "多媒体数据" |_, _| true;
        0x8D long up silent FileData(FileData<'a>) "file_data" "文件传输" |c, _| matches!(c.len(), 1..);
    }
    mod peripheral {
        0x40 short up empty BatteryPack(BatteryPack<'a>) "battery_pack" "电池管理数据" |_, _| true;
        0x65 short up silent ObdFaults(ObdFaults<'a>) "obd_faults" "OBD故障码" |c, _| matches!(c.len(), 1..);
        0x66 short up silent ObdValues(ObdValues<'a>) "obd_values" "OBD数据" |c, _| matches!(c.len(), 1..);
        0x8C short up silent ObdText(ObdText<'a>) "obd_text" "OBD文本数据" |c, _| matches!(c.len(), 1..);
        0x8C long up silent ObdTextLong(ObdText<'a>) "obd_text" "OBD文本数据" |c, _| matches!(c.len(), 1..);
        0x9B long up silent SerialData(SerialData<'a>) "serial_data" "串口透传" |_, _| true;
        0x9C long up silent ModuleData(ModuleData<'a>) "module_data" "模块透传" |c, _| matches!(c.len(), 1..);
        0x14 short up silent OldSatellites(OldSatellites<'a>) "satellites" "卫星信息" |c, _| matches!(c.len(), 1..);
        0x8B short up silent OtherCell(OtherCell<'a>) "cell_unverified" "基站" |c, _| matches!(c.len(), 1..);
        0x83 long up silent OtherAnswerThird(OtherAnswerData<'a>) "data_83" "数据83" |c, _| matches!(c.len(), 1..);
        0x84 long up silent OtherAnswerFourth(OtherAnswerData<'a>) "data_84" "数据84" |c, _| matches!(c.len(), 1..);
        0xFD long up silent Version(Version<'a>) "version" "版本" |c, _| matches!(c.len(), 1..);
        0xFD short up silent VersionShort(Version<'a>) "version" "版本" |c, _| matches!(c.len(), 1..);
        0xF1 long up short PeripheralStates(PeripheralStates<'a>) "peripheral_states" "外设状态" |_, _| true;
        0xF1 short up short PeripheralStatesShort(PeripheralStates<'a>) "peripheral_states" "外设状态" |_, _| true;
        0xF2 long up short Peripherals(Peripherals<'a>) "peripherals" "外设数据" |_, _| true;
        0xF2 short up short PeripheralsShort(Peripherals<'a>) "peripherals" "外设数据" |_, _| true;
    }
    mod attendance {
        0xB2 short up silent ClockIn(ClockIn) "clock_in" "考勤打卡" |_, _| true;
        0xB2 long up silent ClockInLong(ClockIn) "clock_in" "考勤打卡" |_, _| true;
        0xB0 short up silent ClockInOther(ClockInOther<'a>) "clock_in_other" "考勤打卡" |c, _| matches!(c.len(), 1..);
        0xB0 long up silent ClockInOtherLong(ClockInOther<'a>) "clock_in_other" "考勤打卡" |c, _| matches!(c.len(), 1..);
    }
    mod topin {
        0x01 topin up empty TopinLogin(TopinLogin) "login_topin" "登录" |_, _| true;
        0x08 topin up empty TopinHeartbeat(TopinHeartbeat) "heartbeat_topin" "心跳" |_, _| true;
        0x10 topin up silent TopinLocation(TopinLocation) "location_topin" "定位数据" |_, _| true;
        0x11 topin up silent TopinLocationExtra(TopinLocationExtra) "location_topin" "定位数据" |_, _| true;
        0x17 topin down silent TopinAnswer(TopinAnswer) "scan_answer_topin" "扫描应答" |c, _| matches!(c.len(), 8);
        0x69 topin down silent TopinAnswerOther(TopinAnswer) "scan_answer_topin" "扫描应答" |c, _| matches!(c.len(), 8);
        0x17 topin up date TopinScan(TopinScan<'a>) "scan_topin" "WIFI与基站数据" |_, _| true;
        0x69 topin up date TopinScanOther(TopinScan<'a>) "scan_topin" "WIFI与基站数据" |_, _| true;
    }
}

/// True when the bytes where a VXT01 has a voltage can be levels of battery and network and a language.
fn states_levels(content: &[u8]) -> bool {
    matches!(content.get(27..31), Some([0..=6, 0..=4, _, 1 | 2]))
}

/// True when a list of cells with this width, a timing advance and a counted list of plain access points fill the
/// content.
fn counted(content: &[u8], cell: usize) -> bool {
    let network = if content.get(6).is_some_and(|high| high & 0x80 != 0) {
        4
    } else {
        3
    };
    let count_at = cell.saturating_mul(7).saturating_add(network).saturating_add(7);
    content.get(count_at).is_some_and(|count| {
        content.len()
            == usize::from(*count)
                .saturating_mul(7)
                .saturating_add(count_at)
                .saturating_add(1)
    })
}
