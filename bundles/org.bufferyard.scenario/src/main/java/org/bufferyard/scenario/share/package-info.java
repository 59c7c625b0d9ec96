/**
 * One buffer on its way from an exporter to an importer, on the ordinary engines. Explain and run
 * both go this way: there is no second path.
 */
package org.bufferyard.scenario.share;
