use super::{CirclesOrder, Polygon, RectanglesOrder, Route};
use crate::jt808::edition::Edition;
use crate::jt808::part::{Items, List, Part, Readable, codes, layout};

layout! {
    /// 0x8608: asks for areas or routes (2019 §8.40).
    pub struct AreaQueryBody {
        /// Kind of area.
        kind: AreaKind = "查询类型",
        /// Their ids; none for all.
        ids: List<u32, u32> = "查询区域或线路ID列表",
    }
}

codes! {
    /// Kind of area.
    pub struct AreaKind: u8 {
        1 => "circle" "圆形区域",
        2 => "rectangle" "矩形区域",
        3 => "polygon" "多边形区域",
        4 => "route" "线路",
    }
}

layout! {
    settle = by_fit;
    /// 0x0608: areas or routes of the terminal (2019 §8.41). The text calls an entry a double word, which cannot be;
    /// entries are read as whole bodies of 0x8600, 0x8602, 0x8604 or 0x8606 where they fit, else kept as they are.
    pub struct AreaReport<'a> {
        /// Kind of area.
        kind: AreaKind = "查询类型",
        /// Number of areas.
        count: u32 = "查询区域或线路数据数量",
        /// Circles.
        circles: Readable<'a, Items<CirclesOrder<'a>>> = "圆形区域数据" if |_| kind.0.eq(&1),
        /// Rectangles.
        rectangles: Readable<'a, Items<RectanglesOrder<'a>>> = "矩形区域数据" if |_| kind.0.eq(&2),
        /// Polygons.
        polygons: Readable<'a, Items<Polygon<'a>>> = "多边形区域数据" if |_| kind.0.eq(&3),
        /// Routes.
        routes: Readable<'a, Items<Route<'a>>> = "线路数据" if |_| kind.0.eq(&4),
        /// Entries of another kind.
        other: Readable<'a, Items<u32>> = "数据" if |_| kind.name().is_none(),
    }
}

impl AreaReport<'_> {
    /// True when the entries could be read.
    fn understood(&self) -> bool {
        !matches!(self.circles, Some(Readable::Raw(_)))
            && !matches!(self.rectangles, Some(Readable::Raw(_)))
            && !matches!(self.polygons, Some(Readable::Raw(_)))
            && !matches!(self.routes, Some(Readable::Raw(_)))
    }
}

/// The edition whose areas the entries are.
fn by_fit(body: &[u8], hint: Edition) -> Edition {
    let fits = |edition: &Edition| AreaReport::parse(body, *edition).is_ok_and(|(_, report)| report.understood());
    [hint, Edition::V2019, Edition::V2013, Edition::V2011].into_iter().find(fits).unwrap_or(hint)
}
