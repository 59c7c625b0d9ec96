/** Runs, explains and tabulates scenarios. */
package org.bufferyard.scenario;
