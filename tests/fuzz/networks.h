// The networks that the fuzzed proofs are about, as weights files.
#pragma once

// clang-format off
inline constexpr const char* networks[] = {
    // 0: the worked example of docs/certificate.md
    "foldproof-network 1\nsource -\nfixed\nkept 0\ninputs 1\nrelu -1 0:1\noutput 0 0:1 1:-1b1\nend\n",
    // 1: one input, a plateau; parallel hinges
    "foldproof-network 1\nsource -\nfixed\nkept 0\ninputs 1\nrelu 0 0:1\nrelu 0 0:-1\nrelu -1 0:1\nrelu -1b1 0:1\n"
    "output 0 1:1 2:-1 3:-1 4:1\nend\n",
    // 2: two inputs, three layers
    "foldproof-network 1\nsource -\nfixed\nkept 0 1\ninputs 2\nrelu 0 0:1\nrelu 0 0:-1\nrelu 0 1:1\nrelu 0 1:-1\n"
    "relu 0 2:1 3:-1\nrelu 0 2:-1 3:1\nrelu 0 4:1 5:-1\nrelu 0 4:-1 5:1\nrelu 1 2:-1 3:-1 4:-1 5:-1\n"
    "output 0 6:1 7:-1 10:3\noutput 0 8:1 9:-1\nend\n",
    // 3: two inputs, a fold on x + y = 1
    "foldproof-network 1\nsource -\nfixed\nkept 0 1\ninputs 2\nrelu 0 0:1\nrelu 0 0:-1\nrelu 0 1:1\nrelu 0 1:-1\n"
    "relu -1 0:1 1:1\noutput 0 2:1 3:-1 6:-1b1\noutput 0 4:1 5:-1\nend\n",
    // 4: two inputs, a branch point
    "foldproof-network 1\nsource -\nfixed\nkept 0 1\ninputs 2\nrelu 0 0:1\nrelu 0 0:-1\nrelu 0 1:1\nrelu 0 1:-1\n"
    "relu 0 0:1 1:1\nrelu 0 0:-1 1:-1\nrelu 0 2:1 3:1 4:-1 5:-1\nrelu 0 2:-1 3:-1 4:1 5:1\n"
    "relu 0 2:-1 3:-1 6:1 7:1\nrelu 0 2:1 3:1 6:-1 7:-1\nrelu 0 4:-1 5:-1 6:1 7:1\nrelu 0 4:1 5:1 6:-1 7:-1\n"
    "output 0 8:1 9:1 10:-1 11:-1\noutput 0 8:-1 9:-1 12:1 13:1\nend\n",
    // 5: more outputs than inputs
    "foldproof-network 1\nsource -\nfixed\nkept 0 1\ninputs 1\nrelu 0 0:1\nrelu 0 0:-1\nrelu 1 0:1\nrelu 0 0:1\n"
    "relu -1 0:1\noutput 0 1:1 2:-1 3:-1b1 5:1b1\noutput 0 3:1 4:-3 5:3\nend\n",
    // 6: three inputs
    "foldproof-network 1\nsource -\nfixed\nkept 0 1 2\ninputs 3\nrelu 0 0:1\nrelu 0 0:-1\nrelu 0 1:1\nrelu 0 1:-1\n"
    "relu 0 2:1\nrelu 0 2:-1\nrelu -1b-1 0:1 1:1 2:-1\nrelu 1b-2 1:1 2:1b1\noutput 0 3:1 4:-1 9:1b-2\n"
    "output 1b-1 5:1 6:-1 9:-1b-2 10:1b-1\noutput 0 7:1 8:-1 9:1b-1 10:-1b-2\nend\n",
    // 7: two inputs, enough neurons for networks of parts; fractions
    "foldproof-network 1\nsource -\nfixed\nkept 0 1\ninputs 2\nrelu 0 0:1\nrelu 0 0:-1\nrelu 0 1:1\nrelu 0 1:-1\n"
    "relu 1b-2 0:1\nrelu -1b-1 1:1\nrelu -1/20 0:1 1:1/10\nrelu -3/10 0:-1/10 1:1\nrelu -7/20 0:1 1:1/5\n"
    "relu -1/10 0:-1/5 1:1\nrelu -13/20 0:1 1:3/10\nrelu 1/10 0:-3/10 1:1\nrelu -19/20 0:1 1:2/5\n"
    "relu 3/10 0:-2/5 1:1\nrelu 0 2:1 3:-1 6:-1/50 7:1/25 9:3/50 12:1/30\nrelu 0 4:1 5:-1 8:3/50 10:3/100 15:-1/50\n"
    "relu 0 2:-1 3:1 6:1/50 7:-1/25 9:-3/50 12:-1/30\nrelu 0 4:-1 5:1 8:-3/50 10:-3/100 15:1/50\n"
    "relu -1b-1 2:1 3:-1 8:1b-1\nrelu 1b-3 4:-1 5:1 6:1b-2\nrelu -1b2 14:1 15:1 16:1b-1\n"
    "output 0 16:1 18:-1 20:1/10 21:1/20 22:-1/20\noutput 0 17:1 19:-1 20:-1/20 21:1/10\nend\n",
};
// clang-format on
