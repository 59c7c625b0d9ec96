package org.bufferyard.platform.recorded;

import java.io.Reader;
import org.osgi.annotation.versioning.ProviderType;

/** Reads what was constant during a recorded boot. A service; safe for any thread. */
@ProviderType
public interface RecordedEnvironments {
  /**
   * Reads one environment (JSON). The reader is not closed.
   *
   * @param where file, and line if it is one of many, for messages
   * @throws org.bufferyard.platform.input.BadInputException when it is not an environment, or its
   *     kernel has no profile
   */
  RecordedBoot read(Reader json, String where);
}
