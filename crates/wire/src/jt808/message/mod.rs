//! Every message of JT/T 808 (§8 of the standard), both directions. A message is one file and one line in the table
//! below: the file describes the body with `layout!`, the line names its id, sender, and the answer it gets.

mod parse;
mod table;

pub use table::{Answering, Decoded, Direction, Row};

table::messages! {
    mod general {
        0x0001 up silent TerminalAnswer(GeneralAnswer) "terminal_answer" "终端通用应答";
        0x8001 down silent PlatformAnswer(GeneralAnswer) "platform_answer" "平台通用应答";
    }
    mod heartbeat { 0x0002 up general Heartbeat(HeartbeatBody<'a>) "heartbeat" "终端心跳"; }
    mod empty {
        0x0003 up general Unregister(Empty) "unregister" "终端注销";
        0x0004 up own TimeQuery(Empty) "time_query" "查询服务器时间请求";
    }
    mod resend {
        0x0005 up silent TerminalResend(ResendRequest) "terminal_resend_request" "终端补传分包请求";
        0x8003 down silent PlatformResend(ResendRequest) "platform_resend_request" "服务器补传分包请求";
    }
    mod server_time { 0x8004 down silent ServerTime(ServerTimeBody) "server_time" "查询服务器时间应答"; }
    mod register {
        0x0100 up own Register(Registration<'a>) "register" "终端注册";
        0x8100 down silent RegisterAnswer(RegistrationAnswer<'a>) "register_answer" "终端注册应答";
    }
    mod authenticate { 0x0102 up general Authenticate(Authentication<'a>) "authenticate" "终端鉴权"; }
    mod position { 0x0200 up general Location(Location<'a>) "location" "位置信息汇报"; }
    mod batch { 0x0704 up general LocationBatch(Batch<'a>) "location_batch" "定位数据批量上传"; }
}
