use super::MenuSetting;
use crate::jt808::part::{Listed, Prefixed, Text, Trailing, codes, layout};

layout! {
    /// 0x8400: the terminal is to call (2013 §8.31, 2019 §8.28).
    pub struct CallBackOrder<'a> {
        /// Talk or listen.
        mode: CallMode = "标志",
        /// Number to call.
        number: Text<'a> = "电话号码",
    }
}

codes! {
    /// Talk or listen.
    pub struct CallMode: u8 {
        0 => "call" "普通通话",
        1 => "listen" "监听",
    }
}

layout! {
    /// 0x8401: the phone book (2013 §8.32, 2019 §8.29).
    pub struct PhoneBookOrder<'a> {
        /// What to do with the book; 3 changes by the contact's name.
        setting: MenuSetting = "设置类型",
        /// The contacts; absent when all are deleted.
        contacts: Trailing<Listed<u8, u8, Contact<'a>>> = "联系人项",
    }
}

layout! {
    /// One contact.
    pub struct Contact<'a> {
        /// Which calls are allowed.
        calls: ContactCalls = "标志",
        /// Number.
        number: Prefixed<'a, u8> = "电话号码",
        /// Name.
        name: Prefixed<'a, u8> = "联系人",
    }
}

codes! {
    /// Which calls are allowed with a contact.
    pub struct ContactCalls: u8 {
        1 => "incoming" "呼入",
        2 => "outgoing" "呼出",
        3 => "both" "呼入/呼出",
    }
}
