/** Loads, validates and saves topology files and compiles them to immutable records. */
package org.bufferyard.topology;
