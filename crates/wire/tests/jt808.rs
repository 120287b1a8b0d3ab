//! JT/T 808 seen from outside.

mod jt808 {
    mod checklist;
    mod coverage;
    mod fixtures;
    mod platform;
    mod shared;
    mod worked_frames;
}
