use crate::jt808::parameter::Parameter;
use crate::jt808::part::{List, Listed, layout};

layout! {
    /// 0x8103: sets parameters (2013 §8.9, 2019 §8.12).
    pub struct ParametersOrder<'a> {
        /// The parameters; an id may come more than once.
        parameters: Listed<u8, u8, Parameter<'a>> = "参数项列表",
    }
}

layout! {
    /// 0x8106: asks for some parameters (2013 §8.11, 2019 §8.14).
    pub struct ParameterIds {
        /// Their ids.
        ids: List<u8, u32> = "参数ID列表",
    }
}

layout! {
    /// 0x0104: parameters of the terminal (2013 §8.12, 2019 §8.15).
    pub struct ParametersReport<'a> {
        /// Serial of the question.
        answered_serial: u16 = "应答流水号",
        /// The parameters; an id may come more than once.
        parameters: Listed<u8, u8, Parameter<'a>> = "参数项列表",
    }
}
