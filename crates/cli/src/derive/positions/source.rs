use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

/// Opens a file, or standard input for `-`; what begins like gzip is decompressed.
pub(crate) fn open(path: &Path) -> io::Result<Box<dyn BufRead>> {
    let raw: Box<dyn io::Read> = if path.as_os_str() == "-" {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path)?)
    };
    let mut raw = BufReader::with_capacity(1 << 16, raw);
    let mut magic = Vec::new();
    // Standard input may give one byte at a time.
    raw.by_ref().take(2).read_to_end(&mut magic)?;
    let gzip = magic == [0x1f, 0x8b];
    let whole = BufReader::new(io::Cursor::new(magic).chain(raw));
    Ok(if gzip {
        Box::new(BufReader::new(MultiGzDecoder::new(whole)))
    } else {
        Box::new(whole)
    })
}
