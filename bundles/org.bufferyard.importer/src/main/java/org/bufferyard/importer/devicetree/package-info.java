/**
 * Devicetree blobs: read, given their meaning as Linux gives it, and turned into a neutral draft of
 * a board.
 */
package org.bufferyard.importer.devicetree;
