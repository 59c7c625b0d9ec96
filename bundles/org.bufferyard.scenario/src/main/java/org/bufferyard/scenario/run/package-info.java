/** Streams the frames of a scenario in virtual time. */
package org.bufferyard.scenario.run;
