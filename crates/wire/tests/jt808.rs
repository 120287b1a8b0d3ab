//! JT/T 808 seen from outside.

mod jt808 {
    mod fixtures;
    mod worked_frames;
}
