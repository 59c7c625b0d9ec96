package org.bufferyard.shell.running;

import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Sends each whole line with {@code e } before it, at once: somebody watches. Closing ends the last
 * line, and leaves what is underneath open.
 */
final class MarkedLines extends FilterOutputStream {
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  MarkedLines(OutputStream out) {
    super(out);
  }

  @Override
  public synchronized void write(int b) throws IOException {
    if (line.size() == 0) {
      line.write('e');
      line.write(' ');
    }
    line.write(b);
    if (b == '\n') {
      line.writeTo(out);
      line.reset();
      out.flush();
    }
  }

  @Override
  public synchronized void write(byte[] bytes, int from, int length) throws IOException {
    for (int i = from; i < from + length; i++) {
      write(bytes[i]);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    if (line.size() > 0) {
      write('\n');
    }
    out.flush();
  }
}
