package org.bufferyard.platform.live;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A way to look at the running yard from outside the process, such as a page. A whiteboard service:
 * {@code start} asks every face that is there to open when the yard's pipelines are, once. It closes
 * when its component goes. Called by one thread at a time.
 */
@ConsumerType
public interface YardFace {
  /** What it is, in one word: {@code page}. */
  String name();

  /**
   * Opens it to this machine only.
   *
   * @param port TCP port that was asked for; 0: any free one
   * @return where to look: an address that a person can open
   * @throws org.bufferyard.platform.input.BadInputException when it cannot be opened there
   */
  String open(int port);
}
