//! JT/T 808 seen from outside.

mod jt808 {
    mod checklist;
    mod corpus;
    mod coverage;
    mod fixtures;
    mod open_data;
    mod platform;
    mod properties;
    mod reference;
    mod shared;
    mod strategies;
    mod supplements;
    mod worked_frames;
}
