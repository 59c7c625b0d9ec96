package org.bufferyard.check.stream;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A map that forgets what was put in longest ago, so that a stream may go on for ever. Forgetting
 * costs findings, never false ones: rules stay silent about what they do not know. Used by one thread
 * at a time.
 */
final class Recent<K, V> extends LinkedHashMap<K, V> {
  private static final long serialVersionUID = 1L;

  private final int most;

  /**
   * @param most entries that are kept
   */
  Recent(int most) {
    this.most = most;
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
    return size() > most;
  }
}
