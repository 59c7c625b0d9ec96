/** The board and scenario models and the code generated from them. */
package org.bufferyard.topology.model;
