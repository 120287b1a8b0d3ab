use crate::jt808::edition::Edition;
use crate::jt808::part::{List, layout};

layout! {
    /// 0x8003 and 0x0005: asks for missing sub-packets (2013 §8.4, 2019 §8.4 and §8.5).
    pub struct ResendRequest {
        /// Serial of the first sub-packet of the message.
        first_serial: u16 = "原始消息流水号",
        /// Numbers of the missing sub-packets, from 1. The count is a byte before 2019.
        indices: List<u8, u16> = "重传包ID列表" if |edition| !edition.since_2019(),
        /// The same with the count of 2019, a word.
        indices_2019: List<u16, u16> = "重传包ID列表" if |edition| edition.since_2019(),
    }
}

impl ResendRequest {
    /// A request in the form of an edition.
    #[must_use]
    pub fn new(first_serial: u16, indices: Vec<u16>, edition: Edition) -> Self {
        if edition.since_2019() {
            Self {
                first_serial,
                indices: None,
                indices_2019: Some(indices.into()),
            }
        } else {
            Self {
                first_serial,
                indices: Some(indices.into()),
                indices_2019: None,
            }
        }
    }

    /// Numbers of the missing sub-packets.
    pub fn indices(&self) -> impl Iterator<Item = u16> {
        let older = self.indices.iter().flat_map(|list| &list.items);
        let newer = self.indices_2019.iter().flat_map(|list| &list.items);
        older.chain(newer).copied()
    }
}
