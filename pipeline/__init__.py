"""From exports to evidence; runs without Streamlit. Read it in the order a file takes.

`model` names the things. `exports` and `formats` read any export into our columns; `warehouse` and
`sql` make tables, metrics and checks of them; `routing` says which play each open invoice needs;
`drafting` words it from a dossier and `verifying` holds every figure against its source; `deciding`
records in `ledger` what a person did; `sending` judges once more what was approved and lets it out
by `outbox`; `statistics` judges what came of it. `pilot` opens a folder and hands all of this out;
`python -m pipeline` is the same without a browser.
"""
