//! GT06 seen from outside.

mod gt06 {
    mod fixtures;
    mod open_data;
    mod worked_frames;
}
