package org.bufferyard.platform.scenario;

import org.bufferyard.platform.spec.PlatformSpec;
import org.osgi.annotation.versioning.ProviderType;

/** Runs scenarios in virtual time: same input, same report. A service; safe for any thread. */
@ProviderType
public interface ScenarioRunner {
  RunReport run(ScenarioSpec scenario, PlatformSpec board);
}
