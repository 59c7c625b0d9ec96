package org.bufferyard.api.contract;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs one contract suite inside a test and keeps what came of it: how a suite is shown to notice a
 * plug-in that is broken on purpose. Needs {@code junit-platform-launcher}.
 *
 * @param failures rule name to the failure's text
 * @param passed number of rules that passed
 */
public record SuiteRun(SortedMap<String, String> failures, long passed) {

  /** Runs the suite in the calling thread. */
  public static SuiteRun of(Class<?> suite) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request().selectors(selectClass(suite)).build();
    SortedMap<String, String> failures = new ConcurrentSkipListMap<>();
    long[] passed = new long[1];
    LauncherFactory.create()
        .execute(
            request,
            new TestExecutionListener() {
              @Override
              public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                String rule = test.getDisplayName().replaceAll("\\(.*", "");
                if (result.getStatus() != TestExecutionResult.Status.SUCCESSFUL) {
                  failures.put(rule, String.valueOf(result.getThrowable().orElse(null)));
                } else if (test.isTest()) {
                  passed[0]++;
                }
              }
            });
    return new SuiteRun(new TreeMap<>(failures), passed[0]);
  }
}
