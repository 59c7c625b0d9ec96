package org.bufferyard.web.http;

import java.util.Optional;

/** The page while its port is open. Safe for any thread. */
public interface OpenPage {
  /** Empty while nobody opened it. */
  Optional<Counter> counter();
}
