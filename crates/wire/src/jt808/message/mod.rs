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
    mod heartbeat {
        0x0002 up general Heartbeat(HeartbeatBody<'a>) "heartbeat" "终端心跳";
        0x0506 up general SecondHeartbeat(HeartbeatBody<'a>) "second_heartbeat" "厂商心跳";
    }
    mod empty {
        0x0003 up general Unregister(Empty) "unregister" "终端注销";
        0x0004 up own TimeQuery(Empty) "time_query" "查询服务器时间请求";
        0x8104 down general QueryAllParameters(Empty) "query_all_parameters" "查询终端参数";
        0x8107 down own QueryProperties(Empty) "query_properties" "查询终端属性";
        0x8201 down own LocationQuery(Empty) "location_query" "位置信息查询";
        0x8204 down general LinkCheck(Empty) "link_check" "链路检测";
        0x8702 down own QueryDriver(Empty) "query_driver" "上报驾驶员身份信息请求";
        0x9003 down own QueryAvProperties(Empty) "query_av_properties" "查询终端音视频属性";
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
    mod parameters {
        0x0104 up silent ParametersAnswer(ParametersReport<'a>) "parameters_answer" "查询终端参数应答";
        0x8103 down general SetParameters(ParametersOrder<'a>) "set_parameters" "设置终端参数";
        0x8106 down own QueryParameters(ParameterIds) "query_parameters" "查询指定终端参数";
    }
    mod control { 0x8105 down general TerminalControl(ControlOrder<'a>) "terminal_control" "终端控制"; }
    mod properties {
        0x0107 up silent PropertiesAnswer(Properties<'a>) "properties_answer" "查询终端属性应答";
    }
    mod upgrade {
        0x0108 up general UpgradeResult(UpgradeOutcome) "upgrade_result" "终端升级结果通知";
        0x8108 down general Upgrade(UpgradePackage<'a>) "upgrade" "下发终端升级包";
    }
    mod position { 0x0200 up general Location(Location<'a>) "location" "位置信息汇报"; }
    mod position_answer {
        0x0201 up silent LocationAnswer(PositionAnswer<'a>) "location_answer" "位置信息查询应答";
        0x0500 up silent VehicleControlAnswer(VehicleControlReport<'a>) "vehicle_control_answer" "车辆控制应答";
    }
    mod tracking {
        0x8202 down general TemporaryTracking(Tracking) "temporary_tracking" "临时位置跟踪控制";
        0x8203 down general ConfirmAlarms(AlarmConfirmation) "confirm_alarms" "人工确认报警消息";
    }
    mod batch { 0x0704 up general LocationBatch(Batch<'a>) "location_batch" "定位数据批量上传"; }
    mod short_batch {
        0x0210 up general ShortLocationBatch(ShortBatch<'a>) "short_location_batch" "位置批量汇报(厂商)";
    }
    mod short_position {
        0x5501 up own ShortLocation(ShortPosition<'a>) "short_location" "锁位置汇报(厂商)";
        0x5502 up own ShortBlindLocation(ShortPosition<'a>) "short_blind_location" "锁盲区位置补报(厂商)";
        0x4401 down silent ShortAnswer(ShortReceipt) "short_answer" "锁通用应答(厂商)";
    }
    mod text {
        0x8300 down general TextMessage(TextOrder<'a>) "text" "文本信息下发";
        0x6006 up general TextReply(TextReplyBody<'a>) "text_reply" "文本信息应答(厂商)";
        0x1300 up general WideTextReply(WideText<'a>) "wide_text_reply" "文本应答(厂商)";
    }
    mod event {
        0x0301 up general EventReport(EventReportBody) "event_report" "事件报告";
        0x8301 down general SetEvents(EventsOrder<'a>) "set_events" "事件设置";
    }
    mod question {
        0x0302 up silent QuestionAnswer(QuestionAnswerBody) "question_answer" "提问应答";
        0x8302 down general Question(QuestionOrder<'a>) "question" "提问下发";
    }
    mod information {
        0x0303 up general InformationOrder(InformationOrderBody) "information_order" "信息点播/取消";
        0x8303 down general InformationMenu(MenuOrder<'a>) "information_menu" "信息点播菜单设置";
        0x8304 down general Information(InformationBody<'a>) "information" "信息服务";
    }
    mod phone_book {
        0x8400 down general CallBack(CallBackOrder<'a>) "call_back" "电话回拨";
        0x8401 down general PhoneBook(PhoneBookOrder<'a>) "phone_book" "设置电话本";
    }
    mod vehicle_control {
        0x8500 down general VehicleControl(VehicleControlOrder<'a>) "vehicle_control" "车辆控制";
    }
    mod areas {
        0x8600 down general SetCircles(CirclesOrder<'a>) "set_circles" "设置圆形区域";
        0x8602 down general SetRectangles(RectanglesOrder<'a>) "set_rectangles" "设置矩形区域";
        0x8604 down general SetPolygon(Polygon<'a>) "set_polygon" "设置多边形区域";
    }
    mod route { 0x8606 down general SetRoute(Route<'a>) "set_route" "设置路线"; }
    mod area_ids {
        0x8601 down general DeleteCircles(AreaIds) "delete_circles" "删除圆形区域";
        0x8603 down general DeleteRectangles(AreaIds) "delete_rectangles" "删除矩形区域";
        0x8605 down general DeletePolygons(AreaIds) "delete_polygons" "删除多边形区域";
        0x8607 down general DeleteRoutes(AreaIds) "delete_routes" "删除路线";
    }
    mod area_query {
        0x0608 up silent AreaAnswer(AreaReport<'a>) "area_answer" "查询区域或线路数据应答";
        0x8608 down own AreaQuery(AreaQueryBody) "area_query" "查询区域或线路数据";
    }
    mod recorder {
        0x0700 up silent RecorderData(RecorderReport<'a>) "recorder_data" "行驶记录数据上传";
        0x8700 down own ReadRecorder(RecorderOrder<'a>) "read_recorder" "行驶记录数据采集命令";
        0x8701 down general WriteRecorder(RecorderOrder<'a>) "write_recorder" "行驶记录参数下传命令";
    }
    mod waybill { 0x0701 up general Waybill(WaybillBody<'a>) "waybill" "电子运单上报"; }
    mod driver { 0x0702 up general Driver(DriverIdentity<'a>) "driver" "驾驶员身份信息采集上报"; }
    mod can { 0x0705 up general CanData(CanReport) "can_data" "CAN总线数据上传"; }
    mod media {
        0x0800 up general MediaEvent(MediaHead) "media_event" "多媒体事件信息上传";
        0x0801 up own MediaData(MediaUpload<'a>) "media_data" "多媒体数据上传";
        0x8800 down silent MediaAnswer(MediaReceipt) "media_answer" "多媒体数据上传应答";
    }
    mod camera {
        0x0805 up silent CameraAnswer(CameraOutcome) "camera_answer" "摄像头立即拍摄命令应答";
        0x8801 down general TakePhoto(CameraOrder) "take_photo" "摄像头立即拍摄命令";
        0x8804 down general RecordAudio(AudioOrder) "record_audio" "录音开始命令";
    }
    mod stored_media {
        0x0802 up silent StoredMediaList(StoredMedia) "stored_media_list" "存储多媒体数据检索应答";
        0x8802 down own SearchMedia(MediaSearch) "search_media" "存储多媒体数据检索";
        0x8803 down general UploadMedia(MediaUploadOrder) "upload_media" "存储多媒体数据上传命令";
        0x8805 down general UploadOneMedia(OneMediaOrder) "upload_one_media" "单条存储多媒体数据检索上传命令";
    }
    mod pass_through {
        0x0900 up general PassThroughUp(PassThrough<'a>) "pass_through_up" "数据上行透传";
        0x8900 down general PassThroughDown(PassThrough<'a>) "pass_through_down" "数据下行透传";
    }
    mod compressed { 0x0901 up general Compressed(CompressedBody<'a>) "compressed" "数据压缩上报"; }
    mod key {
        0x0A00 up general TerminalKey(PublicKey<'a>) "terminal_key" "终端RSA公钥";
        0x8A00 down own PlatformKey(PublicKey<'a>) "platform_key" "平台RSA公钥";
    }
    mod accelerometer {
        0x2070 up general Accelerometer(Accelerations<'a>) "accelerometer" "加速度数据(厂商)";
    }
    mod vendor_time {
        0x0109 up own VendorTimeQuery(Empty) "vendor_time_query" "时间请求(厂商)";
        0x8109 down silent VendorTime(VendorTimeBody) "vendor_time" "时间应答(厂商)";
    }
    mod vendor_text {
        0x0120 up general Iccid(VendorText<'a>) "iccid" "ICCID上报(厂商)";
        0x0205 up general VersionInformation(VendorText<'a>) "version_information" "版本信息(厂商)";
    }
    mod vendor_other {
        0x0310 up general ParameterReport(VendorBytes<'a>) "parameter_report" "参数上报(厂商)";
        0x8888 up general VendorPhoto(VendorBytes<'a>) "vendor_photo" "照片数据(厂商)";
        0xA006 down general CutFuel(VendorBytes<'a>) "cut_fuel" "断油电(厂商)";
    }
    mod live {
        0x9101 down general StartLive(LiveOrder<'a>) "start_live" "实时音视频传输请求";
        0x9102 down general ControlLive(LiveControl) "control_live" "音视频实时传输控制";
        0x9105 down silent LiveStatus(LiveStatusBody) "live_status" "实时音视频传输状态通知";
    }
    mod av_properties { 0x1003 up general AvProperties(AvPropertiesBody) "av_properties" "终端上传音视频属性"; }
    mod passengers { 0x1005 up general Passengers(PassengerCount) "passengers" "终端上传乘客流量"; }
    mod playback {
        0x9201 down own StartPlayback(PlaybackOrder<'a>) "start_playback" "平台下发远程录像回放请求";
        0x9202 down general ControlPlayback(PlaybackControl) "control_playback" "平台下发远程录像回放控制";
    }
    mod recordings {
        0x1205 up general Recordings(RecordingsReport) "recordings" "终端上传音视频资源列表";
        0x1206 up general UploadDone(UploadDoneBody) "upload_done" "文件上传完成通知";
        0x9205 down own QueryRecordings(RecordingsQuery) "query_recordings" "查询资源列表";
        0x9206 down general UploadFile(UploadOrder<'a>) "upload_file" "文件上传指令";
        0x9207 down general ControlUpload(UploadControl) "control_upload" "文件上传控制";
    }
    mod pan_tilt {
        0x9301 down general Rotate(RotateOrder) "rotate" "云台旋转";
        0x9302 down general Focus(LensOrder) "focus" "云台调整焦距控制";
        0x9303 down general Iris(LensOrder) "iris" "云台调整光圈控制";
        0x9304 down general Wiper(LensOrder) "wiper" "云台雨刷控制";
        0x9305 down general Infrared(LensOrder) "infrared" "红外补光控制";
        0x9306 down general Zoom(LensOrder) "zoom" "云台变倍控制";
    }
    mod attachments {
        0x1210 up general Attachments(AttachmentsReport<'a>) "attachments" "报警附件信息";
        0x1211 up general AttachmentFile(FileInformation<'a>) "attachment_file" "文件信息上传";
        0x1212 up own AttachmentDone(FileInformation<'a>) "attachment_done" "文件上传完成消息";
        0x9208 down general UploadAttachments(AttachmentsOrder<'a>) "upload_attachments" "报警附件上传指令";
        0x9212 down silent AttachmentAnswer(FileReceipt<'a>) "attachment_answer" "文件上传完成消息应答";
    }
}
