//! Every message of the family, both directions. A message is one file and one line in the table below: the file
//! describes the content with `layout!`, the line says when a frame is this message and what it is called.
//!
//! Numbers are used again by other makers with other contents, so a row is chosen by number, kind of frame, length and,
//! where those do not decide, by the device's [`Model`]. Lengths here are those of the content: the length byte less 5.

mod read;
mod row;
mod table;

pub use login::ZoneLanguage;
pub use read::Decoded;
pub use row::{Answer, Answering, Direction, Row, Unknown};

use super::frame::{Form, Frame};
use super::model::Model;
use super::part::{Facts, Part, Walk};
use crate::Field;
use read::{Reading, fields_of};
use table::{answering, direction, form, messages};

messages! {
    mod position {
        0x12 short up silent Location(Location) "location" "定位数据" |c, _| matches!(c.len(), 26 | 27);
        0x22 short up silent LocationUtc(LocationUtc) "location_utc" "UTC定位数据" |c, _| matches!(c.len(), 29 | 30 | 33 | 34);
        0xA0 short up silent Location4g(Location4g) "location_4g" "4G定位数据" |_, _| true;
    }
    mod heartbeat {
        0x13 short up empty Heartbeat(Heartbeat) "heartbeat" "心跳" |c, _| matches!(c.len(), 5);
    }
    mod login {
        0x01 short up empty Login(Login) "login" "登录" |_, _| true;
    }
    mod alarm {
        0x16 short up alarm AlarmLocal(AlarmReport<'a>) "alarm" "报警数据" |c, _| c.len() >= 24;
        0x26 short up alarm AlarmUtc(AlarmReport<'a>) "alarm_utc" "UTC报警数据" |c, _| c.len() >= 24;
        0x27 short up alarm AlarmFence(FenceAlarm<'a>) "alarm_multi_fence" "多围栏报警数据" |_, _| true;
        0xA4 short up alarm AlarmFence4g(FenceAlarm<'a>) "alarm_multi_fence_4g" "4G多围栏报警数据" |_, _| true;
    }
    mod clock {
        0x8A short up clock TimeRequest(Empty) "time_request" "校时请求" |c, _| c.is_empty();
        0x8A short down silent TimeAnswer(TimeAnswer) "time_answer" "校时应答" |_, _| true;
    }
}
