// Package crashtest kills, stops and starves real processes while others write,
// and accounts for every write afterwards: the built binary as relay and as
// nodes, each with a folder of its own. It holds tests only.
//
// Every write that was acknowledged must be in the history or in an orphan
// record, and not in both; one that was refused for certain in neither. What a
// client could not learn may be in either, or nowhere.
package crashtest
