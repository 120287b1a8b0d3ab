use super::super::part::{Acc, Alarm, Block, Bytes, Cell, CellBlock, CellSlots, Date, Gps, GsmLevel, Hex, Imei, Info, List, Octets, Payload, Reupload, Scaled, SignBit, U24, UploadMode, VoltageLevel, layout};

layout! {
    /// 0x22, 47 bytes: Seeworld, with a wide cell, temperature and humidity.
    pub struct LocationSeeworld {
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Serving cell.
        cell: Cell<1, 2, 4> = "基站",
        /// Ignition.
        acc: Acc = "ACC状态",
        /// Why it was sent.
        upload_mode: UploadMode = "数据上报模式",
        /// Whether it was kept and sent later.
        reupload: Reupload = "补传",
        /// Distance.
        odometer_m: u32 = "里程统计",
        /// Working time, unit not published.
        working_time: u32 = "工作时间",
        /// Temperature.
        temperature_degc: SignBit<100, true> = "温度",
        /// Humidity.
        humidity_percent: Scaled<u16, 100> = "湿度",
    }
}

layout! {
    /// 0x22, 60 bytes: NT models, with the IMEI and the state of the terminal.
    pub struct LocationNt<'a> {
        /// Where the position is from.
        source: u8 = "来源",
        /// The device.
        imei: Imei = "IMEI",
        /// Time of the message.
        message_date: Date = "消息时间",
        /// Time of the fix.
        date: Date = "定位时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Serving cell.
        cell: CellBlock<'a> = "LBS信息",
        /// State of the terminal.
        info: Info = "终端信息",
        /// Supply.
        external_v: Scaled<u16, 100> = "外部电压",
        /// Battery.
        battery_v: Scaled<u8, 10> = "电池电压",
        /// Mobile network, scale of the model.
        signal: u8 = "信号强度",
        /// Not known.
        reserved: Octets<4> = "保留",
        /// Time that the engine ran.
        working_min: u32 = "工作时间",
    }
}

layout! {
    /// 0x25: XT40, as the NT models, with a driver.
    pub struct LocationDriver<'a> {
        /// Where the position is from.
        source: u8 = "来源",
        /// The device.
        imei: Imei = "IMEI",
        /// Time of the message.
        message_date: Date = "消息时间",
        /// Time of the fix.
        date: Date = "定位时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Serving cell.
        cell: CellBlock<'a> = "LBS信息",
        /// State of the terminal.
        info: Info = "终端信息",
        /// Supply.
        external_v: Scaled<u16, 100> = "外部电压",
        /// Battery.
        battery_v: Scaled<u8, 10> = "电池电压",
        /// Mobile network, scale of the model.
        signal: u8 = "信号强度",
        /// Not known.
        reserved: Octets<4> = "保留",
        /// Time that the engine ran.
        working_min: u32 = "工作时间",
        /// Driver.
        driver: Block<'a, Driver<'a>> = "驾驶员",
    }
}

layout! {
    /// Kind and id of a driver's key.
    pub struct Driver<'a> {
        /// Kind of key.
        driver_kind: u8 = "标识类型",
        /// Its id.
        driver_id: Payload<'a> = "驾驶员标识",
    }
}

layout! {
    /// 0x31: AZ735, as 0x22 with the height.
    pub struct LocationAltitude {
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Serving cell.
        cell: Cell = "基站",
        /// Ignition.
        acc: Acc = "ACC状态",
        /// Why it was sent.
        upload_mode: UploadMode = "数据上报模式",
        /// Whether it was kept and sent later.
        reupload: Reupload = "补传",
        /// Height.
        altitude_m: i16 = "海拔",
    }
}

layout! {
    /// 0x31: AZ735, as 0x22 with distance and height.
    pub struct LocationOdometerAltitude {
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Serving cell.
        cell: Cell = "基站",
        /// Ignition.
        acc: Acc = "ACC状态",
        /// Why it was sent.
        upload_mode: UploadMode = "数据上报模式",
        /// Whether it was kept and sent later.
        reupload: Reupload = "补传",
        /// Distance.
        odometer_m: u32 = "里程统计",
        /// Height.
        altitude_m: i16 = "海拔",
    }
}

layout! {
    /// 0x31, 42 bytes: SL4X, with a wide cell and the height.
    pub struct LocationSl4x {
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Serving cell.
        cell: Cell<2, 2, 8> = "基站",
        /// Ignition.
        acc: Acc = "ACC状态",
        /// Why it was sent.
        upload_mode: UploadMode = "数据上报模式",
        /// Whether it was kept and sent later.
        reupload: Reupload = "补传",
        /// Height.
        altitude_m: i16 = "海拔",
    }
}

layout! {
    /// 0x32, 39 and 41 bytes: SL4X, a position with the state of the terminal. The length of the cell does not count itself.
    pub struct StatusSl4x<'a> {
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Serving cell.
        cell: Block<'a, Cell<2, 2, 4>> = "基站",
        /// State of the terminal.
        info: Info = "终端信息",
        /// Battery.
        voltage_level: VoltageLevel = "电压等级",
        /// Mobile network.
        gsm: GsmLevel = "GSM信号强度",
        /// Alarm and language.
        alarm: Alarm = "报警与语言",
        /// Height.
        altitude_m: i16 = "海拔",
    }
}

layout! {
    /// 0x34, 60 bytes: X1, with odometer, driver and ports.
    pub struct LocationX1 {
        /// Data and alarm bits.
        data_flags: u32 = "数据标志",
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// State, not published.
        info_word: u16 = "状态字",
        /// Distance.
        odometer_m: u32 = "里程统计",
        /// Serving cell.
        cell: Cell<1, 2, 4> = "基站",
        /// Driver.
        driver_id: Hex<4> = "驾驶员",
        /// Voltage of the vehicle.
        external_v: Scaled<u16, 100> = "外部电压",
        /// Voltage of the own battery.
        battery_v: Scaled<u16, 100> = "电池电压",
        /// Ports.
        ports: Octets<4> = "端口",
        /// Inputs.
        inputs: u8 = "输入",
        /// Outputs.
        outputs: u8 = "输出",
        /// Analogue inputs.
        adc_v: List<Scaled<u16, 100>> = "模拟量",
    }
}

layout! {
    /// 0xA2, 64 bytes: LW4G, with the state of the terminal.
    pub struct LocationLw {
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Serving cell.
        cell: Cell<1, 4, 8> = "基站",
        /// Kind of network.
        network: u8 = "网络",
        /// State of the terminal.
        info: Info = "终端信息",
        /// Supply.
        external_v: Scaled<u16, 100> = "外部电压",
        /// Battery.
        voltage_level: VoltageLevel = "电压等级",
        /// Mobile network.
        gsm: GsmLevel = "GSM信号强度",
        /// Alarm and language.
        alarm: Alarm = "报警与语言",
        /// Distance.
        odometer_m: u32 = "里程统计",
        /// Working time, unit not published.
        working_time: u32 = "工作时间",
        /// The device.
        imei: Imei = "IMEI",
        /// Inputs.
        inputs: u16 = "输入",
    }
}

layout! {
    /// 0x17, 40 bytes: a position with a card.
    pub struct LocationRfid {
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Serving cell.
        cell: Cell = "基站",
        /// Card.
        rfid: Hex<8> = "RFID",
        /// Not 0 = valid.
        rfid_valid: u8 = "有效性",
    }
}

layout! {
    /// 0x36, 53 bytes: TRX16i, with voltages and a card.
    pub struct LocationTrx {
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Serving cell.
        cell: Cell<1, 2, 4> = "基站",
        /// Ignition.
        acc: Acc = "ACC状态",
        /// Why it was sent.
        upload_mode: UploadMode = "数据上报模式",
        /// Whether it was kept and sent later.
        reupload: Reupload = "补传",
        /// Distance.
        odometer_m: u32 = "里程统计",
        /// Supply.
        external_v: Scaled<u16, 100> = "外部电压",
        /// Battery.
        battery_v: Scaled<u8, 10> = "电池电压",
        /// Working time.
        working_min: U24 = "工作时间",
        /// Card.
        rfid: Hex<8> = "RFID",
    }
}

layout! {
    /// 0x61: a position with the IMEI and a key.
    pub struct LocationKey {
        /// The device.
        imei: Imei = "IMEI",
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Serving cell.
        cell: Cell<1, 2, 4> = "基站",
        /// Key.
        ibutton: Hex<6> = "iButton",
    }
}

layout! {
    /// 0x1E: JI09, a position with seven cells.
    pub struct LocationCells {
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Cells.
        cells: CellSlots<7, 2, 3> = "基站列表",
        /// Timing advance, 255 = unknown.
        timing_advance: u8 = "时间提前量",
        /// Language.
        language: Octets<2> = "语言",
    }
}

layout! {
    /// 0x24, 46 bytes: SR411, a position.
    pub struct LocationSr411<'a> {
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Serving cell.
        cell: Cell = "基站",
        /// Not published.
        tail: Bytes<'a> = "其他",
    }
}
