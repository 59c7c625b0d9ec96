package org.bufferyard.platform.check;

import java.util.List;
import java.util.Set;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.spec.PlatformSpec;
import org.osgi.annotation.versioning.ProviderType;

/** The checker as a service; safe for any thread. */
@ProviderType
public interface Checks {
  /** Watches a stream of this board, from its beginning, with all rules of these families. */
  CheckSession open(PlatformSpec board, KernelProfile kernel, Set<Finding.Family> families);

  /**
   * The same for a stream that runs already, as in a yard that is live: what rests on something that
   * may have happened before is not reported.
   */
  CheckSession join(PlatformSpec board, KernelProfile kernel, Set<Finding.Family> families);

  /** Every rule of which there may be findings, families and then rules in a fixed order. */
  List<RuleHelp> rules();

  /** What is wrong with a board before anything runs on it. */
  List<Finding> of(PlatformSpec board, KernelProfile kernel);
}
