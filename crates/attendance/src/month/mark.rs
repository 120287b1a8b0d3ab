/// How a verdict is shown: a sign that also reads without colour, words, and a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// One Chinese character or sign.
    pub sign: &'static str,
    /// One or two Latin letters.
    pub letter: &'static str,
    /// In words.
    pub zh: &'static str,
    /// In words.
    pub en: &'static str,
    /// Background, RGB.
    pub colour: u32,
}

const MARKS: [(&str, Mark); 13] = [
    ("normal", new("√", "N", "正常", "normal", 0x00C6_EFCE)),
    ("late", new("迟", "L", "迟到", "late", 0x00FF_EB9C)),
    (
        "serious-late",
        new("重", "LL", "严重迟到", "seriously late", 0x00FF_D966),
    ),
    ("early", new("早", "E", "早退", "left early", 0x00FF_E699)),
    (
        "half-absent-AM",
        new("上", "HA", "上午缺勤", "absent in the morning", 0x00F8_CBAD),
    ),
    (
        "half-absent-PM",
        new("下", "HP", "下午缺勤", "absent in the afternoon", 0x00F8_CBAD),
    ),
    ("absent", new("缺", "A", "缺勤", "absent", 0x00FF_9999)),
    (
        "missing-in",
        new("入", "MI", "到岗未见", "arrival not seen", 0x00E4_DFEC),
    ),
    (
        "missing-out",
        new("离", "MO", "离岗未见", "departure not seen", 0x00E4_DFEC),
    ),
    ("leave", new("假", "V", "请假", "leave", 0x00BD_D7EE)),
    ("trip", new("差", "T", "出差", "business trip", 0x009B_C2E6)),
    ("rest", new("休", "-", "休息", "rest", 0x00ED_EDED)),
    (
        "unverified",
        new("核", "?", "待核实", "not verified", 0x00D9_D2E9),
    ),
];

const fn new(
    sign: &'static str,
    letter: &'static str,
    zh: &'static str,
    en: &'static str,
    colour: u32,
) -> Mark {
    Mark {
        sign,
        letter,
        zh,
        en,
        colour,
    }
}

/// All marks with the grade they stand for, for a legend.
#[must_use]
pub(super) fn legend() -> &'static [(&'static str, Mark)] {
    &MARKS
}

/// The mark of a grade.
#[must_use]
pub fn mark(grade: &str) -> Mark {
    let known = MARKS.iter().find(|(name, _)| *name == grade);
    known.map_or_else(
        || new("？", "?", "未知", "unknown", 0x00FF_FFFF),
        |(_, mark)| *mark,
    )
}
