use flate2::read::GzDecoder;
use std::io::Read;

use crate::jt808::part::{Block, layout};
use crate::{ErrorKind, WireError};

layout! {
    /// 0x0901: something compressed with GZIP (2013 §8.64, 2019 §8.62). The standard does not say whether it is a
    /// whole message or a body, so it is given on as it is.
    pub struct CompressedBody<'a> {
        /// The compressed bytes.
        data: Block<'a, u32> = "压缩消息体",
    }
}

impl CompressedBody<'_> {
    /// The bytes, decompressed.
    ///
    /// # Errors
    /// They are no GZIP, or more than `limit` bytes come out of them.
    pub fn inflate(&self, limit: usize) -> Result<Vec<u8>, WireError> {
        let mut out = Vec::new();
        let one_more = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        GzDecoder::new(self.data.bytes)
            .take(one_more)
            .read_to_end(&mut out)
            .map_err(|error| {
                WireError::new(
                    ErrorKind::Field,
                    4,
                    format!("expected GZIP data, found something else: {error}"),
                )
            })?;
        if out.len() > limit {
            return Err(WireError::new(
                ErrorKind::TooLarge,
                4,
                format!("expected at most {limit} bytes after decompression, found more"),
            ));
        }
        Ok(out)
    }
}
