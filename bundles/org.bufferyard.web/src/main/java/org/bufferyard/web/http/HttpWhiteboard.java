package org.bufferyard.web.http;

/** Service properties of the HTTP Whiteboard (OSGi compendium 8.1, chapter 140). */
final class HttpWhiteboard {
  /** Followed by the pattern that a servlet answers. */
  static final String PATTERN = "osgi.http.whiteboard.servlet.pattern=";

  private HttpWhiteboard() {}
}
