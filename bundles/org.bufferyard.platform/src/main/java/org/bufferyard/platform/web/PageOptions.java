package org.bufferyard.platform.web;

import java.nio.file.Path;
import java.util.Objects;

/**
 * How to serve the page.
 *
 * @param host to bind; everybody who connects to another than loopback needs a token
 * @param port 0 for any that is free
 * @param workspace the folder whose files pages see, and nothing outside it
 */
public record PageOptions(String host, int port, Path workspace) {
  /** Tried when nobody names a port; when it is taken, any other will do. */
  public static final int USUAL_PORT = 8642;

  public PageOptions {
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(workspace, "workspace");
    if (port < 0 || port > 0xffff) {
      throw new IllegalArgumentException("port " + port);
    }
  }
}
