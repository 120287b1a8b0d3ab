use crate::jt808::part::{BcdTime, Fixed, Octets, Prefixed, Trailing, codes, layout};

layout! {
    /// 0x0702: who drives (2011 §8.42, 2013 §8.47, 2019 §8.46).
    pub struct DriverIdentity<'a> {
        /// All of it in 2011.
        plain: PlainDriver<'a> = "驾驶员身份信息" if |edition| edition.is_2011(),
        /// The card was put in or taken out, from 2013.
        card: CardStatus = "状态" if |edition| edition.since_2013(),
        /// When.
        time: BcdTime = "时间" if |edition| edition.since_2013(),
        /// How the card could be read. By the standard only for a card that was put in; some terminals send it, and
        /// what follows, for a card that was taken out as well.
        result: Trailing<CardResult> = "IC卡读取结果" if |edition| edition.since_2013(),
        /// What the card says, when it could be read.
        driver: Trailing<CardDriver<'a>> = "IC卡信息" if |edition| edition.since_2013(),
    }
}

layout! {
    /// The driver in 2011.
    pub struct PlainDriver<'a> {
        /// Name.
        name: Prefixed<'a, u8> = "驾驶员姓名",
        /// Number of the identity card.
        id_card: Fixed<'a, 20, 20, 20> = "驾驶员身份证编码",
        /// Certificate of qualification.
        certificate: Fixed<'a, 40, 40, 40> = "从业资格证编码",
        /// Who issued it.
        issuer: Prefixed<'a, u8> = "发证机构名称",
    }
}

layout! {
    /// The driver from 2013, as the card says.
    pub struct CardDriver<'a> {
        /// Name.
        name: Prefixed<'a, u8> = "驾驶员姓名",
        /// Certificate of qualification.
        certificate: Fixed<'a, 20, 20, 20> = "从业资格证编码",
        /// Who issued it.
        issuer: Prefixed<'a, u8> = "发证机构名称",
        /// Last day of validity, `YYYYMMDD`.
        valid_to: Octets<4> = "证件有效期",
        /// Number of the identity card, from 2019.
        id_card: Fixed<'a, 20, 20, 20> = "驾驶员身份证号" if |edition| edition.since_2019(),
    }
}

codes! {
    /// What happened to the card.
    pub struct CardStatus: u8 {
        1 => "inserted" "从业资格证IC卡插入",
        2 => "removed" "从业资格证IC卡拔出",
    }
}

codes! {
    /// How a card could be read.
    pub struct CardResult: u8 {
        0 => "ok" "IC卡读卡成功",
        1 => "key_failure" "卡片密钥认证未通过",
        2 => "locked" "卡片已被锁定",
        3 => "pulled_out" "卡片被拔出",
        4 => "checksum" "数据校验错误",
    }
}
