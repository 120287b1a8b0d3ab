use rust_xlsxwriter::{Color, ExcelDateTime, Format, FormatAlign, FormatBorder, Note, Workbook, Worksheet};

use super::csv::{HEADS, Value, row};
use super::{Month, Totals, clock, mark};

/// The sheet could not be written.
#[derive(Debug, thiserror::Error)]
#[error("write the month as a spreadsheet")]
pub struct XlsxError(#[from] rust_xlsxwriter::XlsxError);

/// The month as a spreadsheet: a calendar in colours, totals, and the reason of every day. All texts are written as
/// texts, never as formulas; times say their zone.
///
/// # Errors
/// When the month does not fit a spreadsheet.
pub fn render(month: &Month) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    calendar(book.add_worksheet(), month)?;
    totals(book.add_worksheet(), month)?;
    reasons(book.add_worksheet(), month)?;
    Ok(book.save_to_buffer()?)
}

fn head() -> Format {
    Format::new()
        .set_bold()
        .set_background_color(Color::RGB(0x00D9_E1F2))
        .set_border(FormatBorder::Thin)
        .set_text_wrap()
}

fn cell() -> Format {
    Format::new().set_border(FormatBorder::Thin)
}

fn calendar(sheet: &mut Worksheet, month: &Month) -> Result<(), XlsxError> {
    const WEEKDAYS: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];
    sheet.set_name("日历 calendar")?;
    let title = format!("{}年{}月考勤 attendance", month.first.year(), month.first.month());
    sheet.write_string_with_format(0, 0, &title, &Format::new().set_bold().set_font_size(14))?;
    let zones: std::collections::BTreeSet<&str> = month.lines().map(|line| line.zone.as_str()).collect();
    let zones: Vec<&str> = zones.into_iter().collect();
    sheet.write_string(1, 0, format!("时区 zone: {}", zones.join(", ")))?;
    sheet.write_string_with_format(2, 0, "工号 person", &head())?;
    sheet.write_string_with_format(2, 1, "姓名 name", &head())?;
    let centred = head().set_align(FormatAlign::Center);
    for (column, day) in (2..).zip(month.days()) {
        let weekday = WEEKDAYS
            .get(usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0))
            .unwrap_or(&"");
        sheet.write_string_with_format(2, column, format!("{}\n{weekday}", day.day()), &centred)?;
        sheet.set_column_width(column, 4)?;
    }
    sheet.set_row_height(2, 32)?;
    sheet.set_column_width(0, 12)?.set_column_width(1, 12)?;
    let mut number = 3;
    for (person, days) in &month.people {
        sheet.write_string_with_format(number, 0, person, &cell())?;
        sheet.write_string_with_format(number, 1, month.name(person), &cell())?;
        for (column, day) in (2..).zip(month.days()) {
            let Some(line) = days.get(&day).and_then(|lines| lines.first()) else {
                continue;
            };
            let mark = mark(&line.grade);
            let shown = cell()
                .set_align(FormatAlign::Center)
                .set_background_color(Color::RGB(mark.colour));
            sheet.write_string_with_format(number, column, mark.sign, &shown)?;
            let note = format!(
                "{} {}-{}\n{}",
                mark.zh,
                clock(line.r#in.as_ref(), &line.day),
                clock(line.out.as_ref(), &line.day),
                line.reason_zh
            );
            sheet.insert_note(
                number,
                column,
                &Note::new(note)
                    .set_author("Milepost")
                    .set_width(320)
                    .set_height(160),
            )?;
        }
        number += 1;
    }
    number += 1;
    for (_, mark) in super::mark::legend() {
        let shown = cell()
            .set_align(FormatAlign::Center)
            .set_background_color(Color::RGB(mark.colour));
        sheet.write_string_with_format(number, 0, mark.sign, &shown)?;
        sheet.write_string(number, 1, format!("{} {}", mark.zh, mark.en))?;
        number += 1;
    }
    sheet.set_freeze_panes(3, 2)?;
    sheet.set_landscape().set_print_fit_to_pages(1, 0);
    Ok(())
}

fn totals(sheet: &mut Worksheet, month: &Month) -> Result<(), XlsxError> {
    sheet.set_name("汇总 totals")?;
    sheet.write_string_with_format(0, 0, "工号 person", &head())?;
    sheet.write_string_with_format(0, 1, "姓名 name", &head())?;
    for (column, (zh, en)) in (2..).zip(Totals::HEADS) {
        sheet.write_string_with_format(0, column, format!("{zh}\n{en}"), &head())?;
        sheet.set_column_width(column, 12)?;
    }
    sheet.set_row_height(0, 48)?;
    for (number, (person, days)) in (1..).zip(&month.people) {
        sheet.write_string_with_format(number, 0, person, &cell())?;
        sheet.write_string_with_format(number, 1, month.name(person), &cell())?;
        for (column, figure) in (2..).zip(Totals::of(days).figures()) {
            #[allow(clippy::cast_precision_loss, reason = "minutes of a month")]
            sheet.write_number_with_format(number, column, figure as f64, &cell())?;
        }
    }
    sheet.set_freeze_panes(1, 2)?;
    Ok(())
}

fn reasons(sheet: &mut Worksheet, month: &Month) -> Result<(), XlsxError> {
    const WIDTHS: [f64; 19] = [
        12.0, 12.0, 12.0, 8.0, 12.0, 11.0, 11.0, 8.0, 8.0, 6.0, 6.0, 8.0, 8.0, 6.0, 6.0, 6.0, 14.0, 80.0,
        80.0,
    ];
    sheet.set_name("原因 reasons")?;
    for (column, ((zh, en), width)) in (0..).zip(HEADS.iter().zip(WIDTHS)) {
        sheet.write_string_with_format(0, column, format!("{zh}\n{en}"), &head())?;
        sheet.set_column_width(column, width)?;
    }
    sheet.set_row_height(0, 32)?;
    let date = cell().set_num_format("yyyy-mm-dd");
    let wrapped = cell().set_text_wrap().set_align(FormatAlign::Top);
    let mut number = 1;
    for line in month.lines() {
        let colour = Color::RGB(mark(&line.grade).colour);
        for (column, value) in (0..).zip(row(month, line)) {
            match value {
                Value::Text(text) if column == 2 => match ExcelDateTime::parse_from_str(&text) {
                    Ok(day) => sheet.write_datetime_with_format(number, column, &day, &date)?,
                    Err(_) => sheet.write_string_with_format(number, column, &text, &cell())?,
                },
                Value::Text(text) if column == 4 => sheet.write_string_with_format(
                    number,
                    column,
                    &text,
                    &cell().set_background_color(colour),
                )?,
                Value::Text(text) => sheet.write_string_with_format(number, column, &text, &wrapped)?,
                #[allow(clippy::cast_precision_loss, reason = "minutes of a day")]
                Value::Minutes(minutes) => {
                    sheet.write_number_with_format(number, column, minutes as f64, &cell())?
                }
            };
        }
        number += 1;
    }
    sheet.set_freeze_panes(1, 3)?;
    if number > 1 {
        sheet.autofilter(0, 0, number - 1, 18)?;
    }
    Ok(())
}
