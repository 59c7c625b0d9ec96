package org.bufferyard.platform.check;

import java.util.List;
import org.bufferyard.api.event.DmaEvent;
import org.osgi.annotation.versioning.ProviderType;

/** All chosen rules over one stream. Used by one thread at a time. */
@ProviderType
public interface CheckSession {
  /** What the next events of the stream bring up, in order; rules of one event by family. */
  List<Finding> read(List<DmaEvent> events);

  /** What the end of the stream brings up. Nothing is read afterwards. */
  List<Finding> end();
}
