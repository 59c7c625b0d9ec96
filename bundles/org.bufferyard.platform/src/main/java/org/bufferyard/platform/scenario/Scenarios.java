package org.bufferyard.platform.scenario;

import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/** Opens scenario files. A service; safe for any thread. */
@ProviderType
public interface Scenarios {
  /**
   * @throws org.bufferyard.platform.input.BadInputException with the first error
   */
  ScenarioSpec open(Path file);
}
