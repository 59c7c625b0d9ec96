/** Rules over a board before anything runs on it. */
package org.bufferyard.check.board;
