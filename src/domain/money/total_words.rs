//! Words in the names of rows of totals, folded by [`fold_key`](crate::domain::text::fold_key).

use std::collections::HashSet;
use std::sync::LazyLock;

/// Words of a kind.
pub(super) type Words = LazyLock<HashSet<&'static str>>;

/// The words between the commas of a text.
fn cut(text: &'static str) -> HashSet<&'static str> {
    text.split(',').map(str::trim).collect()
}

/// The words that name a total and nothing else.
pub(super) static WORDS: Words = LazyLock::new(|| {
    cut(
        "total, totals, grand total, grand totals, overall total, report total, account total, total cost, total costs, \
    total spend, total spent, total amount, subtotal, subtotals, sub total, sub totals, sum, summe, summen, gesamt, \
    gesamtsumme, gesamtergebnis, gesamtkosten, gesamtbetrag, gesamtausgaben, insgesamt, summe gesamt, zwischensumme, \
    teilergebnis, total general, suma, suma total, totales, totais, totali, totaux, total geral, soma, totale, totale \
    generale, totale complessivo, subtotale, somma, total général, sous total, somme, totaal, totaal generaal, \
    algemeen totaal, eindtotaal, subtotaal, razem, łącznie, suma częściowa, suma końcowa, ogółem, σ, summa, summa \
    summarum, totalt, i alt, yhteensä, celkem, celkom, ukupno, skupaj, összesen, toplam, genel toplam, σύνολο, разом, \
    общо, итого, всего, 合計, 総計, 小計, 合计, 总计, 小计",
    )
});

/// Words that name a total, and other things as well.
pub(super) static MAYBE: Words = LazyLock::new(|| {
    cut(
        "all, overall, summary, ensemble, resumen, combined, alle, alles, zusammenfassung, todo, todos, todas, resumo, \
    tout, tous, toutes, résumé, tutti, tutte, riepilogo, samenvatting, wszystkie, podsumowanie, все, сводка, すべて, 全体",
    )
});

/// What a total is of, behind a word for it: `Total campaigns`, `Total March 2026`.
pub(super) static THINGS: Words = LazyLock::new(|| {
    cut(
        "campaign, campaigns, amount, spend, spent, spending, cost, costs, budget, budgets, expense, expenses, kampagne, \
    kampagnen, ausgaben, kosten, betrag, campañas, gasto, gastos, gastado, importe, coste, costes, presupuesto, \
    campagne, campagnes, dépenses, dépensé, coût, coûts, montant, speso, spesa, spese, costi, importo, campanhas, \
    custo, custos, valor, uitgaven, bedrag, besteed, kampanii, kampanie, koszt, koszty, kwota, wydatki, budżet, \
    кампании, кампаний, расходы, бюджет, q1, q2, q3, q4, month, year, week, quarter, monat, jahr, january, february, \
    march, april, may, june, july, august, september, october, november, december, jan, feb, mar, apr, jun, jul, aug, \
    sep, sept, oct, nov, dec, januar, februar, märz, mai, juni, juli, oktober, dezember, enero, febrero, marzo, abril, \
    mayo, junio, julio, agosto, septiembre, octubre, noviembre, diciembre, janvier, février, mars, avril, juin, \
    juillet, août, septembre, octobre, novembre, décembre, gennaio, febbraio, aprile, maggio, giugno, luglio, \
    settembre, ottobre, dicembre, janeiro, fevereiro, março, maio, junho, julho, setembro, outubro, novembro, \
    dezembro, maart, mei, январь, февраль, \
    март, апрель, май, июнь, июль, август, сентябрь, октябрь, ноябрь, декабрь",
    )
});

/// What stands beside the words of [`THINGS`].
pub(super) static BESIDE_THINGS: Words =
    LazyLock::new(|| cut("ad, ads, media, marketing, all, the, this, and, und, de, der, net, gross, usd, eur, gbp"));

/// What a row may be of that has all of it: `All sources`.
pub(super) static KINDS: Words = LazyLock::new(|| {
    cut(
        "sources, channels, platforms, networks, accounts, ads, ad, sets, groups, media, quellen, kanäle, plattformen, \
    konten, fuentes, canales, canaux, fonti, canali, fontes, canais, bronnen, kanalen, źródła, kanały, источники, \
    каналы, las, los, les, le, i, os, as",
    )
});
