package org.bufferyard.scenario.explain;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.platform.verdict.Explainer;
import org.bufferyard.platform.verdict.MatrixQuestion;
import org.bufferyard.platform.verdict.MatrixReport;
import org.bufferyard.platform.verdict.Share;
import org.bufferyard.platform.verdict.ShareQuestion;
import org.bufferyard.platform.verdict.ShareReport;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardOptions;
import org.bufferyard.platform.yard.Yards;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Answers explain by sharing a buffer on a fresh yard for every policy and importer, so that an
 * oops of one leaves the next untouched.
 */
@Component
public final class ShareExplainer implements Explainer {
  private final Yards yards;

  @Activate
  public ShareExplainer(@Reference Yards yards) {
    this.yards = yards;
  }

  @Override
  public ShareReport explain(ShareQuestion question) {
    // All yards of an answer have the same plug-ins.
    return new ShareExplainer(yards.frozen()).answer(question);
  }

  private ShareReport answer(ShareQuestion question) {
    List<Share> results = new ArrayList<>();
    for (OpsPolicy policy : question.policies()) {
      for (String importer : question.importers()) {
        Share share = share(question, policy, importer);
        results.add(withRemedies(share, question, policy, importer));
      }
    }
    return new ShareReport(question.board().name(), question.kernel().name(), results);
  }

  @Override
  public MatrixReport matrix(MatrixQuestion question) {
    return new MatrixReport(
        question.board().name(),
        question.kernel().name(),
        new VerdictMatrix(yards.frozen(), question).cells());
  }

  private Share share(ShareQuestion question, OpsPolicy policy, String importer) {
    try (Yard yard =
        yards.open(question.board(), YardOptions.fidelity(question.kernel()))) {
      return yard.call(state -> new ShareJudge(state).judge(question, policy, importer));
    }
  }

  private Share withRemedies(
      Share share, ShareQuestion question, OpsPolicy policy, String importer) {
    List<String> remedies =
        new WhatIf(this::share).remedies(share, question, policy, importer);
    return new Share(
        share.policy(),
        share.exporter(),
        share.importer(),
        share.memory(),
        share.ops(),
        share.verdict(),
        share.errno(),
        share.stop(),
        share.segments(),
        share.mappings(),
        share.hazards(),
        share.chain(),
        remedies,
        share.cost());
  }
}
