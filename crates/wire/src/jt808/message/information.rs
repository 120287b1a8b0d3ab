use crate::jt808::part::{Listed, Prefixed, Trailing, codes, layout};

layout! {
    /// 0x8303: information that the driver can order (2013 §8.28).
    pub struct MenuOrder<'a> {
        /// What to do with the menu.
        setting: MenuSetting = "设置类型",
        /// The items; absent when all are deleted.
        items: Trailing<Listed<u8, u8, MenuItem<'a>>> = "信息项列表",
    }
}

codes! {
    /// What to do with a menu or a phone book.
    pub struct MenuSetting: u8 {
        0 => "delete_all" "删除全部",
        1 => "replace" "更新",
        2 => "add" "追加",
        3 => "change" "修改",
    }
}

layout! {
    /// One kind of information.
    pub struct MenuItem<'a> {
        /// Its number.
        kind: u8 = "信息类型",
        /// Its name.
        name: Prefixed<'a, u16> = "信息名称",
    }
}

layout! {
    /// 0x0303: the driver orders or cancels information (2013 §8.29).
    pub struct InformationOrderBody {
        /// Kind of information.
        kind: u8 = "信息类型",
        /// Order or cancel.
        action: InformationAction = "点播/取消标志",
    }
}

codes! {
    /// Order or cancel.
    pub struct InformationAction: u8 {
        0 => "cancel" "取消",
        1 => "order" "点播",
    }
}

layout! {
    /// 0x8304: information that was ordered (2013 §8.30).
    pub struct InformationBody<'a> {
        /// Kind of information.
        kind: u8 = "信息类型",
        /// Length over all packets, in 2011.
        total_length: u16 = "信息总长度" if |edition| edition.is_2011(),
        /// The information.
        text: Prefixed<'a, u16> = "信息内容",
    }
}
