/**
 * The style of every report, inside the page: a report is one file, opened without a network. The
 * dashboard's policy lets this very text be a style, so nothing is put around it.
 */
export const STYLE = `
:root{color-scheme:light dark;--page:#f5f6f8;--card:#fff;--ink:#17202e;--soft:#566072;--line:#dce0e7;
--one:#2c6bd1;--two:#d9730d;--band:#c9dcf7;--bad:#b42318;--bad-soft:#fdecea;--good:#18713b;--good-soft:#e5f5ea;
--warn:#7a4b00;--warn-soft:#fff4d6;--track:#e6e9ef;--shade:#8b96a880}
@media(prefers-color-scheme:dark){:root{--page:#11151c;--card:#1a202a;--ink:#e7ebf2;--soft:#a2adbd;--line:#323b49;
--one:#5d95ec;--two:#f0a04b;--band:#26406b;--bad:#ff8f84;--bad-soft:#46211f;--good:#7fd6a0;--good-soft:#17361f;
--warn:#f2c469;--warn-soft:#3d3014;--track:#2a3340;--shade:#000000b0}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.45 system-ui,sans-serif}
main{max-width:1100px;margin:0 auto;padding:24px}
h1{font-size:24px;margin:0 0 4px}h2{font-size:18px;margin:0 0 12px}h3{font-size:15px;margin:0 0 6px;overflow-wrap:anywhere}
p{margin:0 0 10px;max-width:75ch}.soft{color:var(--soft)}small{color:var(--soft);font-size:13px}
section,.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:16px;margin:16px 0}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(320px,100%),1fr));gap:16px}.cards .card{margin:0;min-width:0}
dl.facts{display:flex;flex-wrap:wrap;gap:8px 32px;margin:12px 0 0}dl.facts div{min-width:90px}
dt{color:var(--soft);font-size:13px}dd{margin:0;font-size:18px;font-variant-numeric:tabular-nums}
.scroll{overflow-x:auto;background:linear-gradient(90deg,var(--card) 40%,transparent) 0 0/32px 100% no-repeat local,
linear-gradient(270deg,var(--card) 40%,transparent) 100% 0/32px 100% no-repeat local,
linear-gradient(90deg,var(--shade),transparent) 0 0/14px 100% no-repeat,linear-gradient(270deg,var(--shade),transparent) 100% 0/14px 100% no-repeat}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:5px 10px 5px 0;border-bottom:1px solid var(--line);vertical-align:baseline}
th{color:var(--soft);font-weight:600;font-size:13px;white-space:nowrap}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.name{min-width:90px;max-width:280px;overflow-wrap:anywhere}.n+.name{padding-left:14px}
.mark{display:inline-block;border-radius:4px;padding:1px 8px;font-size:13px;white-space:nowrap;background:var(--track)}
.mark.bad{background:var(--bad-soft);color:var(--bad)}.mark.good{background:var(--good-soft);color:var(--good)}
.mark.warn{background:var(--warn-soft);color:var(--warn)}
.bar{display:flex;height:8px;min-width:80px;background:var(--track);border-radius:4px;overflow:hidden}
.bar i{height:100%;background:var(--one)}.bar i.bad{background:var(--bad)}
svg{display:block;width:100%;height:auto}.chart{max-width:780px}.chart .narrow{display:none}svg text{fill:var(--soft);font-size:11px}
svg .grid{stroke:var(--line);fill:none}svg .one{stroke:var(--one)}svg .two{stroke:var(--two)}
svg .three{stroke:var(--good)}svg .four{stroke:var(--bad)}
svg .area{stroke:none;opacity:.35}svg .area.one{fill:var(--one)}svg .area.two{fill:var(--two)}
svg .line{fill:none;stroke-width:1.5}svg .band{fill:var(--band);opacity:.6}svg .dot{fill:var(--bad)}
svg .limit{stroke:var(--soft);stroke-dasharray:4 3}svg .ideal{stroke:var(--soft);stroke-dasharray:4 3}
.key{display:flex;flex-wrap:wrap;gap:4px 16px;font-size:13px;color:var(--soft);margin:4px 0 0}.chart+*,.scroll+p,.key+p{margin-top:10px}.card svg+svg{margin-top:10px}
.key span::before{content:"";display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:6px;background:var(--c)}
table.ordered{display:grid;grid-template-columns:repeat(var(--columns),auto)}.ordered thead,.ordered tbody{display:contents}
.ordered tr{display:grid;grid-template-columns:subgrid;grid-column:1/-1;align-items:stretch;order:var(--o0,0)}
.ordered td.name{max-width:none;min-width:min-content;overflow-wrap:break-word}.ordered .bar{margin-top:7px}
.ordered td.name:first-child{min-width:112px;overflow-wrap:anywhere}
.cards .card{order:var(--o0,0)}.ordered thead tr{order:0}
body:has(#o1:checked) :is(.ordered tbody tr,.cards .card){order:var(--o1)}
body:has(#o2:checked) :is(.ordered tbody tr,.cards .card){order:var(--o2)}
body:has(#o3:checked) :is(.ordered tbody tr,.cards .card){order:var(--o3)}
body:has(#o4:checked) :is(.ordered tbody tr,.cards .card){order:var(--o4)}
fieldset.order{border:0;padding:0;margin:0 0 12px;display:flex;flex-wrap:wrap;gap:4px 14px;font-size:13px;color:var(--soft)}
.order legend{float:left;padding:0;margin-right:14px}.order input{accent-color:var(--one);vertical-align:-2px}
ul.notes{margin:0;padding-left:20px}ul.values{list-style:none;margin:0;padding:0}ul.values.numbers li{display:inline;margin-right:8px}ul.values small{white-space:nowrap}
@media(max-width:800px){td.name{min-width:0;overflow-wrap:break-word}th,th.n{white-space:normal}}
@media(max-width:600px){main{padding:12px}section,.card{padding:12px}.chart .wide{display:none}.chart .narrow{display:block}
table{font-size:14px}th,td{padding-right:8px}td.n .beside{display:block}td .mark{white-space:normal;vertical-align:top}
.ordered td.name+td.name+td.name{min-width:150px}}
@media print{fieldset.order{display:none}body{background:#fff}section,.card{break-inside:avoid}}
`;
