//! `milepost derive`: a consumer's engine over a file, without a broker.

pub(crate) mod positions;
