//! GT06 seen from outside.

mod straight;

mod gt06 {
    mod checklist;
    mod corpus;
    mod differential;
    mod fixtures;
    mod open_data;
    mod properties;
    mod reference;
    mod sessions;
    mod straight;
    mod worked_frames;
}
