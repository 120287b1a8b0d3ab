use crate::jt808::part::{List, Listed, Prefixed, Trailing, codes, layout};

layout! {
    /// 0x8301: events that the driver can report (2013 §8.24).
    pub struct EventsOrder<'a> {
        /// What to do with the list.
        setting: EventSetting = "设置类型",
        /// The events; absent when all are deleted.
        events: Trailing<Listed<u8, u8, Event<'a>>> = "事件项列表" if |_| setting.has_texts(),
        /// Ids of the events to delete.
        ids: List<u8, u8> = "事件ID列表" if |_| !setting.has_texts(),
    }
}

layout! {
    /// One event.
    pub struct Event<'a> {
        /// Its id.
        id: u8 = "事件ID",
        /// Its text.
        text: Prefixed<'a, u8> = "事件内容",
    }
}

codes! {
    /// What to do with the list of events.
    pub struct EventSetting: u8 {
        0 => "delete_all" "删除全部",
        1 => "replace" "更新",
        2 => "add" "追加",
        3 => "change" "修改",
        4 => "delete_some" "删除特定几项",
    }
}

impl EventSetting {
    /// False when only ids follow.
    #[must_use]
    pub const fn has_texts(self) -> bool {
        self.0 != 4
    }
}

layout! {
    /// 0x0301: an event was reported by the driver (2013 §8.25).
    pub struct EventReportBody {
        /// Its id.
        id: u8 = "事件ID",
    }
}
