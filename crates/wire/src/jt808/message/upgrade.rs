use crate::jt808::part::{Block, Fixed, Prefixed, codes, layout};

layout! {
    /// 0x8108: a new firmware (2013 §8.16, 2019 §8.21).
    pub struct UpgradePackage<'a> {
        /// What is upgraded.
        kind: UpgradeKind = "升级类型",
        /// Code of the maker.
        maker: Fixed<'a, 5, 5, 5> = "制造商ID",
        /// Version of the package.
        version: Prefixed<'a, u8> = "终端固件版本号",
        /// The package.
        data: Block<'a, u32> = "升级数据包",
    }
}

layout! {
    /// 0x0108: how an upgrade went (2013 §8.17, 2019 §8.22).
    pub struct UpgradeOutcome {
        /// What was upgraded.
        kind: UpgradeKind = "升级类型",
        /// Outcome.
        result: UpgradeCode = "升级结果",
    }
}

codes! {
    /// What is upgraded.
    pub struct UpgradeKind: u8 {
        0 => "terminal" "终端",
        12 => "ic_card_reader" "道路运输证IC卡读卡器",
        52 => "gnss_module" "卫星定位模块",
    }
}

codes! {
    /// Outcome of an upgrade.
    pub struct UpgradeCode: u8 {
        0 => "ok" "成功",
        1 => "failed" "失败",
        2 => "cancelled" "取消",
    }
}
