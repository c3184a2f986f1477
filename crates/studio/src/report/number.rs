//! Numbers for human readers.

/// A short form for axes and tables, with three significant digits: `950`, `12.5k`, `3.2M`.
pub fn short(value: f64) -> String {
    let (size, sign) = (value.abs(), if value < 0.0 { "-" } else { "" });
    let steps = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];
    let scaled = steps.into_iter().find(|(step, _)| size >= *step * 0.9995);
    let (scaled, suffix) = scaled.map_or((size, ""), |(step, suffix)| (size / step, suffix));
    let decimals = if scaled >= 100.0 { 0 } else { 1 + usize::from(scaled < 10.0) };
    let text = format!("{scaled:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    let sign = if text == "0" { "" } else { sign };
    format!("{sign}{text}{suffix}")
}

/// Round values from 0 to at least `highest`, about `count` of them.
pub fn axis_ticks(highest: f64, count: usize) -> Vec<f64> {
    let highest = if highest > 0.0 { highest } else { 1.0 };
    let rough = highest / count.max(1) as f64;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|step| step * power).find(|step| *step >= rough * 0.999);
    let step = step.unwrap_or(10.0 * power);
    let last = (highest / step - 1e-9).ceil().max(1.0) as usize;
    (0..=last).map(|at| at as f64 * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let cases = [
            (0.0, "0"),
            (-0.0001, "0"),
            (0.25, "0.25"),
            (9.5, "9.5"),
            (950.0, "950"),
            (999.9, "1k"),
            (12_500.0, "12.5k"),
            (-3_200_000.0, "-3.2M"),
            (1e10, "10G"),
            (100.0, "100"),
        ];
        for (value, text) in cases {
            assert_eq!(short(value), text);
        }
    }

    #[test]
    fn axes_begin_at_zero_and_reach_the_highest_value_in_round_steps() {
        assert_eq!(axis_ticks(10.0, 5), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
        assert_eq!(axis_ticks(0.0, 5).last(), Some(&1.0));
        for highest in [0.003, 1.0, 7.3, 99.0, 123_456.0] {
            let ticks = axis_ticks(highest, 5);
            assert!(ticks.last().is_some_and(|last| *last >= highest * 0.999), "{highest}: {ticks:?}");
            assert!((2..=7).contains(&ticks.len()), "{highest}: {ticks:?}");
        }
    }
}
