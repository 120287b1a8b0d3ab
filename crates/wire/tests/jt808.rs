//! JT/T 808 seen from outside.

mod jt808 {
    mod coverage;
    mod fixtures;
    mod shared;
    mod worked_frames;
}
