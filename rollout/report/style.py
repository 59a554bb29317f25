"""The page's style sheet: light and dark by the reader's own setting, and fit to be printed."""

STYLE = """
:root { --ink: #1c2430; --dim: #667085; --paper: #fff; --rule: #e4e7ec; --canary: #d9480f; --stable: #3b6ea5;
  --go: #2b8a3e; --stop: #c92a2a; --wait: #b08900; --errors: #c92a2a; --latency: #7048e8; --scores: #0b7285;
  --labels: #b08900; --ratio: #868e96; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --dim: #98a2b3; --paper: #14181f; --rule: #2b313b;
  --canary: #ff922b; --stable: #74a9e0; --go: #69db7c; --stop: #ff8787; --wait: #ffd43b; --errors: #ff8787;
  --latency: #b197fc; --scores: #66d9e8; --labels: #ffd43b; --ratio: #adb5bd; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1000px; margin: 0 auto; padding: 24px 20px 60px; }
h1 { font-size: 24px; margin: 0 0 6px; } h2 { font-size: 17px; margin: 34px 0 0; }
h3 { font-size: 15px; margin: 20px 0 0; }
section > p { margin: 0 0 6px; color: var(--dim); font-size: 13px; }
.reason { font-size: 16px; margin: 0 0 12px; }
.badge { font-size: 14px; font-weight: 600; padding: 2px 10px; border-radius: 12px; border: 1px solid; margin-left: 8px;
  vertical-align: 3px; }
.badge.go { color: var(--go); } .badge.stop { color: var(--stop); } .badge.wait { color: var(--wait); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 0; font-size: 14px; }
dt { color: var(--dim); } dd { margin: 0; }
figure { margin: 8px 0 0; } figcaption { font-size: 13px; color: var(--dim); }
svg { width: 100%; height: auto; display: block; overflow: visible; }
polyline { fill: none; stroke-width: 2; stroke-linejoin: round; } .dot { stroke: none; }
polyline.canary { stroke: var(--canary); } polyline.stable { stroke: var(--stable); }
.canary.area { fill: var(--canary); opacity: 0.14; } .canary.bar, .canary.dot { fill: var(--canary); }
.stable.bar, .stable.dot { fill: var(--stable); }
.metric.errors { stroke: var(--errors); } .metric.latency { stroke: var(--latency); }
.metric.scores { stroke: var(--scores); } .metric.labels { stroke: var(--labels); }
.metric.ratio, .metric.other { stroke: var(--ratio); stroke-dasharray: 4 3; }
.grid { stroke: var(--rule); } .level { stroke: var(--ink); stroke-dasharray: 6 4; opacity: 0.6; }
.tick { fill: var(--dim); font-size: 11px; } .flag { fill: var(--ink); font-size: 11px; font-weight: 600; }
.mark line { stroke-width: 1.5; stroke-dasharray: 2 3; } .mark.go line { stroke: var(--go); }
.mark.stop line { stroke: var(--stop); stroke-dasharray: none; } .mark.wait line { stroke: var(--wait); }
.key { color: var(--dim); margin-right: 14px; white-space: nowrap; }
.key::before { content: ""; display: inline-block; width: 14px; height: 3px; margin-right: 6px; vertical-align: 4px;
  background: var(--ratio); }
.key.canary::before { background: var(--canary); } .key.stable::before { background: var(--stable); }
.key.errors::before { background: var(--errors); } .key.latency::before { background: var(--latency); }
.key.scores::before { background: var(--scores); } .key.labels::before { background: var(--labels); }
table { border-collapse: collapse; width: 100%; font-size: 13px; margin-top: 8px; }
th { text-align: left; color: var(--dim); font-weight: 500; } th, td { padding: 4px 10px 4px 0; vertical-align: top;
  border-bottom: 1px solid var(--rule); }
td:nth-child(-n+3) { white-space: nowrap; font-variant-numeric: tabular-nums; }
tr.rollback td:nth-child(4) { color: var(--stop); font-weight: 600; }
tr.promote td:nth-child(4), tr.advance td:nth-child(4) { color: var(--go); font-weight: 600; }
tr.asked td:nth-child(4), tr.pause td:nth-child(4) { color: var(--wait); font-weight: 600; }
ul { font-size: 13px; padding-left: 18px; } .nothing { color: var(--dim); font-style: italic; }
@media print { main { max-width: none; } section { break-inside: avoid; } }
"""
