//! JT/T 808 seen from outside.

mod straight;

mod jt808 {
    mod checklist;
    mod corpus;
    mod coverage;
    mod differential;
    mod fixtures;
    mod open_data;
    mod platform;
    mod properties;
    mod reference;
    mod shared;
    mod straight;
    mod strategies;
    mod supplements;
    mod worked_frames;
}
