//! The event schema: the one thing that all parts of Milepost share.
//!
//! The modules named after nouns hold the types generated from `proto/`, with their comments. [`Topic`] names the topics and
//! says how each is keyed and retained; [`headers`] names the record headers; [`DeviceId`] is the key of most of them.

pub mod headers;
pub mod id;
mod key;
pub mod schema;
mod topic;

pub use key::{DeviceId, InvalidDeviceId};
pub use topic::{Cleanup, NotThisSchema, Topic};

pub use pbjson_types::Timestamp;
pub use prost::Message;

/// Types generated from `proto/milepost/<noun>/v1`.
#[allow(
    missing_debug_implementations,
    unreachable_pub,
    clippy::all,
    rustdoc::broken_intra_doc_links,
    rustdoc::bare_urls,
    rustdoc::invalid_html_tags
)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/milepost.rs"));
}

pub use generated::milepost::*;
