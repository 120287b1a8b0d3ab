use crate::jt808::part::{Raw, layout};

layout! {
    /// 0x0A00 and 0x8A00: a public key (2013 §8.65 and §8.66, 2019 §8.63 and §8.64).
    pub struct PublicKey<'a> {
        /// Exponent.
        e: u32 = "公钥e",
        /// Modulus, 1,024 bits.
        n: Raw<'a, 128> = "公钥n",
    }
}
