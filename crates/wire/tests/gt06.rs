//! GT06 seen from outside.

mod gt06 {
    mod checklist;
    mod corpus;
    mod fixtures;
    mod open_data;
    mod properties;
    mod reference;
    mod sessions;
    mod worked_frames;
}
