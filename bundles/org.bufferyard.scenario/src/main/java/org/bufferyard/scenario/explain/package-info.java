/** Reads what happened in a share: verdict, reason chain, hazards, cost, and what would change it. */
package org.bufferyard.scenario.explain;
