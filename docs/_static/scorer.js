"use strict";
// As Sphinx scores results, but a heading that is what somebody typed comes first.
var Scorer = {
  score: (result) => (result[6] === SearchResultKind.title ? result[4] + 20 : result[4]),
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
